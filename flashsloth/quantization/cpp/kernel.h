// What all kernels share: registers, instructions, threads, arithmetic in bfloat16, the processor's tiles.
//
// A kernel NAME is a function of a struct of arguments `a`. `run_NAME(a, threads)` calls it in threads of torch's
// OpenMP, each of which computes its share of the result. The compiler does not contract a multiplication and an
// addition to an fma (see `build`), so fma is written where it is wanted. In products M is the number of rows of x, K
// of inputs and N of outputs, and k is the index of an input.
#pragma once
#include <stdint.h>

#define INLINE static inline __attribute__((always_inline))
#define UNROLL _Pragma("clang loop unroll(full)")

// n numbers of one type in a vector register
template <class T, int n> using Register = T __attribute__((vector_size(sizeof(T) * n)));
using Floats = Register<float, 16>;
using Integers = Register<int32_t, 16>;
using Words = Register<uint16_t, 32>;

// Instructions, declared by the names of LLVM's intrinsics in a form that all supported versions of LLVM read. `dot`
// adds four products of bytes to each sum of 32 bit. On x86 the bytes of its left factor are unsigned.
#if X86
template <int lanes> using Factors = Register<int, lanes>;  // of `dot`, four bytes in each lane
Integers dot(Integers, Factors<16>, Factors<16>) __asm__("llvm.x86.avx512.vpdpbusd.512");
Register<int, 8> dot(Register<int, 8>, Factors<8>, Factors<8>) __asm__("llvm.x86.avx512.vpdpbusd.256");
// `byte_pairs` multiplies bytes (the left ones unsigned), and adds each two neighbouring products in 16 bit.
// `word_pairs` multiplies numbers of 16 bit, and adds each two neighbouring products in 32 bit.
Register<int16_t, 32> byte_pairs(Register<int8_t, 64>, Register<int8_t, 64>) __asm__("llvm.x86.avx512.pmaddubs.w.512");
Register<int16_t, 16> byte_pairs(Register<int8_t, 32>, Register<int8_t, 32>) __asm__("llvm.x86.avx2.pmadd.ub.sw");
Integers word_pairs(Register<int16_t, 32>, Register<int16_t, 32>) __asm__("llvm.x86.avx512.pmaddw.d.512");
Register<int, 8> word_pairs(Register<int16_t, 16>, Register<int16_t, 16>) __asm__("llvm.x86.avx2.pmadd.wd");
#else
template <int lanes> using Factors = Register<int8_t, 4 * lanes>;
Register<int, 4> dot(Register<int, 4>, Factors<4>, Factors<4>) __asm__("llvm.aarch64.neon.sdot.v4i32.v16i8");
#endif

extern "C" {
void GOMP_parallel(void (*)(void *), void *, unsigned, unsigned);
void GOMP_barrier();
int omp_get_thread_num();
int omp_get_num_threads();
}
#define KERNEL(name, Arguments) \
    extern "C" void name(Arguments *); \
    extern "C" void run_##name(void *a, int threads) { GOMP_parallel((void (*)(void *))name, a, threads, 0); } \
    extern "C" void name(Arguments *a)

INLINE long least(long a, long b) { return a < b ? a : b; }
// Call `each` for this thread's share of the parts 0 to parts - 1.
template <class Each> INLINE void share(long parts, Each each) {
    const long thread = omp_get_thread_num(), threads = omp_get_num_threads(), last = parts * (thread + 1) / threads;
    for (long part = parts * thread / threads; part < last; part++) each(part);
}

enum { OWNERS = 64 };  // the most threads that have tiles of their own, as in compiled.py
struct Product {  // the arguments of a product; a row of the weight has `groups` groups of `group` numbers each
    const uint8_t *weights;
    const uint16_t *scales, *bias, *x;
    uint16_t *out;
    char *scratch;
    const uint16_t *residual;  // (M, N) or null; only products of many rows add it
    long M, K, N, group, groups;
    long gelu;  // whether GELU is applied; only products of many rows apply it
    long taken[OWNERS];  // how many tiles of each owner were taken
};
// Call `each` for every tile of a weight, in some thread:
// 1. Wait until all threads have reset their counters, and have written what they share to the scratch memory.
// 2. Each thread takes the tiles that it owns, in order: the prefetches for a tile reach into the next one.
// 3. Then it takes tiles from slower threads (work stealing).
template <class Each> INLINE void take_tiles(Product *a, long tiles, Each each) {
    const long owners = least(omp_get_num_threads(), OWNERS), thread = omp_get_thread_num();
    if (thread < owners) a->taken[thread] = 0;
    GOMP_barrier();
    for (long n = 0; n < owners; n++) {
        const long owner = (thread + n) % owners, first = tiles * owner / owners, last = tiles * (owner + 1) / owners;
        long *taken = a->taken + owner, tile;
        while (__atomic_load_n(taken, __ATOMIC_RELAXED) < last - first)
            if ((tile = first + __atomic_fetch_add(taken, 1, __ATOMIC_RELAXED)) < last) each(tile);
    }
}

// Load and store at addresses that need not be aligned
template <class T> struct __attribute__((packed, may_alias)) Anywhere { T value; };
template <class T> INLINE T load(const void *p) { return ((const Anywhere<T> *)p)->value; }
template <class T> INLINE void put(void *p, T value) { ((Anywhere<T> *)p)->value = value; }

// `pick<n>(left, right, place)`: the elements number place(0), place(1), ..., place(n - 1) of two registers. Elements
// of `right` are counted after those of `left`.
template <class T, T... i> struct Sequence {};
template <class V, class Place, int... i> INLINE auto pick_of(V left, V right, Place, Sequence<int, i...>) {
    return __builtin_shufflevector(left, right, Place{}(i)...);
}
template <int n, class V, class Place> INLINE auto pick(V left, V right, Place place) {
    return pick_of(left, right, place, __make_integer_seq<Sequence, int, n>());
}
const auto lower = [](int i) { return i; };
const auto even = [](int i) { return 2 * i; };
const auto odd = [](int i) { return 2 * i + 1; };
// `neighbours<n>`: the sums of each two neighbouring elements, of the left register and then of the right one
template <int n, class V> INLINE auto neighbours(V left, V right) {
    return pick<n>(left, right, even) + pick<n>(left, right, odd);
}
// Add neighbours in `count` registers until one register is left. It has the partial sums of the first register, then
// those of the second, and so on.
template <int count, class V> INLINE V all_neighbours(V *v) {
    UNROLL for (int n = count / 2; n > 0; n /= 2)
        UNROLL for (int i = 0; i < n; i++) v[i] = neighbours<sizeof(V) / sizeof(v[0][0])>(v[2 * i], v[2 * i + 1]);
    return v[0];
}
// Add neighbours in one register until `count` numbers are left.
template <int count, class V> INLINE auto folded(V v) {
    constexpr int half = sizeof(V) / sizeof(v[0]) / 2;
    if constexpr (half < count) return v;
    else return folded<count>(neighbours<half>(v, v));
}
template <class V> INLINE float total(V v) { return folded<1>(v)[0]; }
// Multiply two registers element by element, for the n/2 of n elements that `place` selects. The products have twice as
// many bits.
template <class To, class From, class Place> INLINE To products(From left, From right, Place place) {
    constexpr int n = sizeof(From) / sizeof(left[0]) / 2;
    return __builtin_convertvector(pick<n>(left, left, place), To) *
           __builtin_convertvector(pick<n>(right, right, place), To);
}

template <class V> INLINE V fma(V a, V b, V c) { return __builtin_elementwise_fma(a, b, c); }
INLINE Floats all(float value) { return Floats{} + value; }

// ---- bfloat16: the upper half of a float32. Rounded to nearest, ties to even; NaN stays NaN.

INLINE float wide(uint16_t bits) { return __builtin_bit_cast(float, (uint32_t)bits << 16); }
template <int n = 16> INLINE Register<float, n> wide(const uint16_t *p) {
    return (Register<float, n>)(__builtin_convertvector(load<Register<uint16_t, n>>(p), Register<uint32_t, n>) << 16);
}
INLINE uint16_t narrow(float v) {
    const uint32_t bits = __builtin_bit_cast(uint32_t, v);
    return v != v ? 0x7FC0 : (bits + 0x7FFF + (bits >> 16 & 1)) >> 16;
}
template <class V> INLINE void round_to(uint16_t *p, V v) {
    constexpr int n = sizeof(V) / 4;
#if BFLOAT16
    put(p, __builtin_convertvector(v, Register<__bf16, n>));
#else
    using Bits = Register<uint32_t, n>;
    const Bits bits = (Bits)v, rounded = v != v ? Bits{} + 0x7FC00000 : bits + 0x7FFF + (bits >> 16 & 1);
    put(p, __builtin_convertvector(rounded >> 16, Register<uint16_t, n>));
#endif
}
// Add the two products of each pair of bfloat16 to a sum, with two fma: the pair's even number, then its odd one.
INLINE Floats add_pairs(Floats sums, Words left, Words right) {
    const Integers l = (Integers)left, r = (Integers)right, odd = Integers{} - 65536;
    return fma((Floats)(l & odd), (Floats)(r & odd), fma((Floats)(l << 16), (Floats)(r << 16), sums));
}

// Load 32 numbers; if only 16 are left, 16 zeros after them.
INLINE Words chunk(const uint16_t *at, long left) {
    return left >= 32 ? load<Words>(at) : pick<32>(load<Register<uint16_t, 16>>(at), {}, lower);
}

// exp(x) = 2^n exp(x - n ln 2), where n is x / ln 2, rounded to a whole number:
// 1. x - n ln 2, in two steps: `high` has so few bits that n * high is exact.
// 2. The second factor by its Taylor series.
// 3. 2^n as bits of the exponent. NaN stays NaN, because the series is NaN then.
INLINE Floats exp(Floats x) {
    const double ln2 = 0x1.62e42fefa39efp-1, high = 2839 / 4096.;
    x = x < -87 ? all(-87) : x;
    x = x > 88 ? all(88) : x;
    Floats n = __builtin_elementwise_rint(x * (float)(1 / ln2));
    x = fma(n, all(high - ln2), fma(n, all(-high), x));
    Floats series = all(1 / 5040.);
    const double terms[] = {1 / 720., 1 / 120., 1 / 24., 1 / 6., 1 / 2., 1, 1};
    UNROLL for (double term : terms) series = fma(series, x, all(term));
    n = n != n ? Floats{} : n;
    return series * (Floats)((__builtin_convertvector(n, Integers) + 127) << 23);
}

INLINE Floats gelu(Floats x) {  // in its tanh form: x (1 + tanh(y)) / 2 = x / (1 + exp(-2 y))
    const double scale = 1.5957691216057308, cubic = 0.044715;
    return x / (exp(x * fma(x * x, all(-scale * cubic), all(-scale))) + 1);
}

#ifdef LANES  // ---- products of integers; LANES is how many numbers of 32 bit a register has

using Lanes = Register<float, LANES>;
using Sums = Register<int32_t, LANES>;
const float TINY = 0x1p-126f;  // the smallest unit by which a row is divided
template <class T> INLINE void put_rounded(T *to, Lanes numbers) {  // NaN becomes 0
    numbers = numbers != numbers ? Lanes{} : __builtin_elementwise_rint(numbers);
    put(to, __builtin_convertvector(__builtin_convertvector(numbers, Sums), Register<T, LANES>));
}

// The processor's tiles (AMX) are eight registers of up to SIDE rows of BYTES. One instruction multiplies two tiles and
// adds the result to a third one:
// - the left tile: each row has consecutive k of a row of x;
// - the right tile: row j has, for each of SIDE columns, the numbers of k in four bytes: 4j to 4j + 3 of 8 bit, or 2j
//   and 2j + 1 of 16 bit;
// - the sums: SIDE rows of x by SIDE columns, in 32 bit.
enum { SIDE = 16, BYTES = 64 };
enum { SUMS = 0, LEFT = 4, RIGHT = 6 };  // the first of four tiles of sums, of two left ones, of two right ones
// The sizes of all tiles, for `height` rows of x and k bytes of each. They are set and released in each call: torch's
// oneDNN sets other sizes in the same threads.
struct alignas(BYTES) Layout {
    uint8_t palette = 1, start = 0, reserved[14] = {};
    uint16_t bytes[16] = {BYTES, BYTES, BYTES, BYTES, BYTES, BYTES, BYTES, BYTES};
    uint8_t rows[16] = {};
    Layout(int height, int k) {
        for (int tile = 0; tile < RIGHT; tile++) rows[tile] = height;
        bytes[LEFT] = bytes[LEFT + 1] = k;
        rows[RIGHT] = rows[RIGHT + 1] = k / 4;
    }
};
#endif
