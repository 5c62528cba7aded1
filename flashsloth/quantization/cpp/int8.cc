// The int8 product. A weight (N, K) has a row of 8-bit integers and a scale for each output. x, the bias and the result
// are bfloat16, for `int8_wide` float32.
//
// Each row of x (M, K) is rounded to 16 bits with a unit for every BLOCK of k. The processor multiplies pairs of 16 bit
// and adds both products in 32 bit; a block's sum is exact. The threads first round all rows; each then takes tiles
// of the result's columns. A row's result depends on no rows beside it. K is a multiple of STEP, N of TOGETHER.
#include "kernel.h"

enum { STEP = 2 * LANES };  // k in a register
enum { ROWS = 6, TOGETHER = LANES == 16 ? 4 : 2 };  // rows and columns whose sums fit the registers
enum { BLOCK = LANES == 8 ? 2048 : 1024 };  // k whose products fit 32 bit where all_neighbours adds them
enum { COLUMNS = 32 };  // of a tile, whose weights stay in the second cache
enum { AHEAD = 2048 * TOGETHER };  // bytes, in each column
const float LARGEST = 32767;  // of 16 bits
using Pairs = Register<int16_t, STEP>;
using Results = Register<float, TOGETHER>;

INLINE Sums add_products(Sums sums, Pairs left, Pairs right) {
#if X86
    return sums + word_pairs(left, right);
#else
    auto upper = [](int i) { return LANES + i; };
    return sums + products<Sums>(left, right, lower) + products<Sums>(left, right, upper);
#endif
}
template <int n> INLINE auto wide(const float *p) { return load<Register<float, n>>(p); }
template <class V> INLINE void round_to(float *p, V v) { put(p, v); }

struct Rounded {  // a row, in the scratch memory
    int16_t *numbers;
    float *units;
    Rounded(const Product *a, long row) {
        numbers = (int16_t *)a->scratch + row * a->K;
        units = (float *)((int16_t *)a->scratch + a->M * a->K) + row * ((a->K + BLOCK - 1) / BLOCK);
    }
};
template <class Number> INLINE void round(const Product *a, long row, long first) {
    const Rounded to(a, row);
    const Number *x = (const Number *)a->x + row * a->K;
    const long last = least(first + BLOCK, a->K);
    Lanes largest{};
    for (long k = first; k < last; k += LANES)
        largest = __builtin_elementwise_maximum(__builtin_elementwise_abs(wide<LANES>(x + k)), largest);  // NaN stays
    const float found = __builtin_reduce_maximum(largest) / LARGEST, unit = found < TINY ? TINY : found;
    to.units[first / BLOCK] = unit;
    for (long k = first; k < last; k += LANES) put_rounded(to.numbers + k, wide<LANES>(x + k) * (1 / unit));
}

INLINE Results totals_of(Sums *sums) {  // the sum of each of so many registers
    const auto last = __builtin_convertvector(all_neighbours<TOGETHER>(sums), Register<int64_t, LANES>);
    return __builtin_convertvector(folded<TOGETHER>(last), Results);
}

template <class Number, int rows> static void block(const Product *a, long row, long column) {
    const int8_t *weights = (const int8_t *)a->weights + column * a->K;
    Results totals[rows] = {};
    for (long first = 0; first < a->K; first += BLOCK) {
        Sums sums[rows][TOGETHER] = {};
        for (long k = first; k < least(first + BLOCK, a->K); k += STEP) {
            Pairs codes[TOGETHER];
            UNROLL for (int c = 0; c < TOGETHER; c++) {
                const int8_t *at = weights + c * a->K + k;
                __builtin_prefetch(at + AHEAD);
                codes[c] = __builtin_convertvector(load<Register<int8_t, STEP>>(at), Pairs);
            }
            UNROLL for (int r = 0; r < rows; r++) {
                const Pairs x = load<Pairs>(Rounded(a, row + r).numbers + k);
                UNROLL for (int c = 0; c < TOGETHER; c++) sums[r][c] = add_products(sums[r][c], codes[c], x);
            }
        }
        UNROLL for (int r = 0; r < rows; r++)
            totals[r] = fma(totals_of(sums[r]), Results{} + Rounded(a, row + r).units[first / BLOCK], totals[r]);
    }
    const auto scales = wide<TOGETHER>(a->scales + column), bias = wide<TOGETHER>((const Number *)a->bias + column);
    UNROLL for (int r = 0; r < rows; r++)
        round_to((Number *)a->out + (row + r) * a->N + column, fma(totals[r], scales, bias));
}
template <class Number, int rows = ROWS> INLINE void tile(const Product *a, long row, long first) {
    for (; row + rows <= a->M; row += rows)
        for (long column = first; column < least(first + COLUMNS, a->N); column += TOGETHER)
            block<Number, rows>(a, row, column);
    if constexpr (rows > 1) tile<Number, rows == ROWS ? 4 : rows / 2>(a, row, first);
}

template <class Number> INLINE void multiply(Product *a) {
    const long blocks = (a->K + BLOCK - 1) / BLOCK;
    share(a->M * blocks, [=](long part) { round<Number>(a, part / blocks, part % blocks * BLOCK); });
    take_tiles(a, (a->N + COLUMNS - 1) / COLUMNS, [=](long number) { tile<Number>(a, 0, number * COLUMNS); });
}
KERNEL(int8, Product) { multiply<uint16_t>(a); }
KERNEL(int8_wide, Product) { multiply<float>(a); }
