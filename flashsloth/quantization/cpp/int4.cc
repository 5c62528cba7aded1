// The int4 product, computed with 8-bit integers.
//
// The weight (N, K) has 4 bits for each number: w = (code - 8) * scale + zero, with a scale and a zero for each group
// of a row (rounding.quantize_int4). It is stored in tiles of 64 rows, which are 64 columns of the result. A tile has
// 32 bytes for each k: byte i has row i in its lower half and row 32 + i in its upper half.
//
// Each group of a row x of inputs becomes two rows of 8-bit integers with a common unit:
// x = unit * (coarse + fine / 254). This is as exact as 16 bits, and codes and parts are multiplied as integers:
// sum(w * x) = scale * unit * (sum(code * coarse) + sum(code * fine) / 254) + (zero - 8 * scale) * sum(x).
//
// A call has these steps:
// 1. `split`: the threads divide the rows and groups of x, and write parts, units and sums to the scratch memory.
// 2. `take_tiles`: each thread takes tiles of the weight. For each group of a tile
//    a. `read_affine` loads its scales and zeros;
//    b. `unpack` loads its codes. Four k of a column become the four bytes of a 32-bit lane, in which the processor
//       adds their products;
//    c. `add_rows` multiplies the codes by the parts of some rows, and adds the scaled sums to the totals of the rows.
// 3. `write`: add the bias to the totals of a tile, and round them to bfloat16.
//
// Registers of 512 bits have room for the sums of three rows at once. There the codes are unpacked again for every
// three rows, which is faster than reading unpacked codes from the L1 cache. With smaller registers the codes of a
// group are unpacked once for all rows, and stored. A row's result does not depend on the other rows.
#include "kernel.h"

// LANES: numbers of 32 bit in a register. DOT: whether the processor has `dot`; else products are first added in 16
// bit. TILES: whether AMX is used. Processors with AMX are faster if weights are prefetched to the L2 cache instead of
// the L1 cache.
extern "C" const long TILES;
enum { COLUMNS = 64, REGISTERS = COLUMNS / LANES };  // of a tile; registers with a number for each column
enum { CODES = 4, PASSES = REGISTERS / CODES };      // registers of codes at once; passes over a group
enum { STRETCH = LANES == 8 ? 4 : LANES };  // neighbouring lanes that have neighbouring columns
enum { ROWS = 48, TOGETHER = LANES == 16 ? 3 : 1 };  // rows that have totals; rows whose sums are in the registers
enum { AHEAD = 4096, SOON = 2048, GROUPS_AHEAD = 4 };  // prefetched: bytes to the L1 cache, to the L2 cache; scales
enum { BLOCK = 32 };  // how many k are added in 16 bit: each lane adds 16 products, of at most 15 * 127
enum { STEPS = LANES == 4 ? BLOCK / 4 : 2 };  // of four k, unrolled; on x86 more prefetches at once would be slower
const float FINE = 254;  // steps of the fine part in a step of the coarse one
using Halves = Register<int16_t, 2 * LANES>;
using Quads = Register<int8_t, 4 * LANES>;

#if !X86
INLINE Halves byte_pairs(Quads l, Quads r) { return products<Halves>(l, r, even) + products<Halves>(l, r, odd); }
INLINE Sums word_pairs(Halves l, Halves r) { return products<Sums>(l, r, even) + products<Sums>(l, r, odd); }
#endif

// Where the parts of a row are in the scratch memory, which has the coarse and fine parts of all rows, then all units,
// then all sums
struct Parts {
    int8_t *coarse, *fine;
    float *units, *sums;
    Parts(const Product *a, long row) {
        coarse = (int8_t *)a->scratch + row * 2 * a->K;
        fine = coarse + a->K;
        units = (float *)(a->scratch + a->M * 2 * a->K) + row;  // of group g: units[g * M]
        sums = units + a->M * a->groups;
    }
};

// Step 1: write the parts, the unit and the sum of one group of a row.
INLINE void split(const Product *a, long row, long group) {
    const Parts to(a, row);
    const long first = group * a->group;
    const uint16_t *x = a->x + row * a->K + first;
    Lanes sum{}, largest{};
    for (long k = 0; k < a->group; k += LANES) {
        const Lanes numbers = wide<LANES>(x + k), size = __builtin_elementwise_abs(numbers);
        sum += numbers;
        largest = size > largest ? size : largest;
    }
    const float found = __builtin_reduce_max(largest) / 127, unit = found < TINY ? TINY : found;
    to.sums[group * a->M] = total(sum);
    to.units[group * a->M] = unit;
    for (long k = 0; k < a->group; k += LANES) {
        const Lanes numbers = wide<LANES>(x + k) * (1 / unit), coarse = __builtin_elementwise_rint(numbers);
        put_rounded(to.coarse + first + k, numbers);
        put_rounded(to.fine + first + k, (numbers - coarse) * FINE);
    }
}

// `unpack` leaves the codes in another order than that of the columns. Return the column of a tile that a lane has.
// `number` counts the lanes of all registers.
constexpr int column_of(int number) {
    const int index = number / LANES, lane = number % LANES, place = index / CODES * 2 + index % 2;
    const int upper = index % CODES / 2 * 32;
    return upper + (LANES == 8 ? 16 * (lane / 4) + 4 * place + lane % 4 : LANES * place + lane);
}
// Interleave two registers, `size` bytes at a time, from byte `first` of the one and from byte first + distance of the
// other. With 8 lanes each 16 bytes are interleaved separately, because shuffles across 16 bytes take longer on such
// processors.
template <int first, int size, int distance, class V> INLINE Quads turns(V left, V right) {
    return pick<4 * LANES>(left, right, [](int i) {
        const int within = LANES == 8 ? i % 16 : i;
        return i - within + first + within / (2 * size) * size + within % size + within / size % 2 * distance;
    });
}
// Step 2b: unpack the codes of four k, for the columns of one pass.
// 1. Prefetch weights, in the first pass only.
// 2. Load the 32 bytes of each k. Interleave the bytes of two k, then pairs of these bytes. Each lane then has the
//    bytes of its four k.
// 3. Each byte has the codes of two columns. Its lower half stays, its upper half moves to another register.
template <int pass> INLINE void unpack(const uint8_t *at, Quads codes[CODES]) {
    constexpr int whole = sizeof(Quads), second = LANES == 8 ? 8 : whole / 2;
    UNROLL for (int line = 0; line < 128 && pass == 0; line += 64)
        if (TILES) __builtin_prefetch(at + SOON + line, 0, 2);
        else __builtin_prefetch(at + AHEAD + line);
    const auto two = load<Register<int8_t, 64>>(at), next = load<Register<int8_t, 64>>(at + 64);  // two k each
    const auto even = turns<8 * pass, 1, 32>(two, two), odd = turns<8 * pass, 1, 32>(next, next);
    codes[0] = turns<0, 2, whole>(even, odd);
    codes[1] = turns<second, 2, whole>(even, odd);
    UNROLL for (int n = 0; n < 2; n++) {
        codes[2 + n] = (Quads)((Register<uint16_t, 2 * LANES>)codes[n] >> 4) & 15;
        codes[n] &= 15;
    }
}

struct Affine { Lanes scale, offset; };  // offset: zero - 8 * scale

// Apply the formula at the top of this file to the sums of one group, and add the result to the totals `before`.
INLINE Lanes scaled(Sums coarse, Sums fine, float unit, float sum, Affine affine, Lanes before) {
    const Lanes c = __builtin_convertvector(coarse, Lanes), f = __builtin_convertvector(fine, Lanes);
    const Lanes both = fma(f, Lanes{} + 1 / FINE, c) * unit;
    return fma(both, affine.scale, fma(Lanes{} + sum, affine.offset, before));
}

// Step 2a: load the scales and zeros of a group, in the order of the lanes, and prefetch those of a later group.
INLINE void read_affine(const Product *a, long tile, long group, Affine *to) {
    const int32_t *both = (const int32_t *)a->scales + group * a->N + tile * COLUMNS;
    const bool ends = group + GROUPS_AHEAD >= a->groups;  // then the first groups of the next tile are prefetched
    const long ahead = ends ? (GROUPS_AHEAD - a->groups) * a->N + COLUMNS : GROUPS_AHEAD * a->N;
    UNROLL for (int n = 0; n < COLUMNS; n += 16) __builtin_prefetch(both + ahead + n);
    UNROLL for (int n = 0; n < REGISTERS; n++) {
        using Half = Register<int32_t, LANES / 2>;
        const int first = LANES * n, second = first + LANES / 2;
        const Half left = load<Half>(both + column_of(first)), right = load<Half>(both + column_of(second));
        const Sums bits = pick<LANES>(left, right, lower);
        to[n].scale = (Lanes)(bits << 16);
        to[n].offset = fma(to[n].scale, Lanes{} - 8, (Lanes)(bits & -65536));
    }
}

struct Group {  // a group of k of a tile
    const Product *a;
    long number;
    const uint8_t *stored;
    Quads *codes;  // unpacked: for each four k, REGISTERS registers
    Affine affine[REGISTERS];
};
template <int pass = 0> INLINE void unpack_all(const uint8_t *at, Quads *codes) {
    if constexpr (pass < PASSES) {
        unpack<pass>(at, codes + CODES * pass);
        unpack_all<pass + 1>(at, codes);
    }
}
INLINE void read_group(Group &g, long tile, long number, bool unpacks) {
    g.number = number;
    g.stored = g.a->weights + (tile * g.a->K + number * g.a->group) * (COLUMNS / 2);
    read_affine(g.a, tile, number, g.affine);
    for (long k = 0; unpacks && k < g.a->group; k += 4) unpack_all(g.stored + 32 * k, g.codes + k / 4 * REGISTERS);
}

// Step 2c: add the products of a group with some rows to the totals of these rows, pass by pass.
// 1. For each four k take the codes of the pass, and multiply them by the coarse and the fine parts of all rows.
//    Without `dot` the products of a block of k are added in 16 bit, and then added to the sums in 32 bit.
// 2. Scale the sums, and add them to the totals.
template <bool unpacked, int rows, int pass = 0>
INLINE void add_rows(const Group &g, const Parts &row, Lanes (*totals)[REGISTERS]) {
    const long first = g.number * g.a->group;
    Sums sums[2 * rows][CODES] = {};  // of the coarse and the fine part of each row
    for (long at = 0; at < g.a->group; at += BLOCK) {
        Halves words[2 * rows][CODES] = {};
        _Pragma("clang loop unroll_count(STEPS)") for (long k = at; k < at + BLOCK; k += 4) {
            Quads own[CODES];
            const Quads *codes = unpacked ? g.codes + k / 4 * REGISTERS + CODES * pass : own;
            if (!unpacked) unpack<pass>(g.stored + 32 * k, own);
            UNROLL for (int part = 0; part < 2 * rows; part++) {
                const Quads inputs = (Quads)(Sums{} + load<int32_t>(row.coarse + part * g.a->K + first + k));
                UNROLL for (int n = 0; n < CODES; n++)
                    if (DOT) sums[part][n] = dot(sums[part][n], (Factors<LANES>)codes[n], (Factors<LANES>)inputs);
                    else words[part][n] += byte_pairs(codes[n], inputs);
            }
        }
        UNROLL for (int part = 0; part < 2 * rows; part++)
            UNROLL for (int n = 0; n < CODES && !DOT; n++) sums[part][n] += word_pairs(words[part][n], Halves{} + 1);
    }
    UNROLL for (int r = 0; r < rows; r++)
        UNROLL for (int n = 0; n < CODES; n++) {
            const float unit = row.units[g.number * g.a->M + r], sum = row.sums[g.number * g.a->M + r];
            Lanes &to = totals[r][CODES * pass + n];
            to = scaled(sums[2 * r][n], sums[2 * r + 1][n], unit, sum, g.affine[CODES * pass + n], to);
        }
    if constexpr (pass + 1 < PASSES) add_rows<unpacked, rows, pass + 1>(g, row, totals);
}
// The same for any number of rows: TOGETHER at a time, then the rest.
template <bool unpacked, int rows = TOGETHER>
INLINE void add(const Group &g, long row, long end, Lanes (*totals)[REGISTERS]) {
    for (; row + rows <= end; row += rows, totals += rows) add_rows<unpacked, rows>(g, Parts(g.a, row), totals);
    if constexpr (rows > 1) add<unpacked, rows - 1>(g, row, end, totals);
}
// Step 3: add the bias to the totals of a row with a tile, and round them to the result.
INLINE void write(const Product *a, long row, long tile, const Lanes *totals) {
    UNROLL for (int number = 0; number < COLUMNS; number += STRETCH) {
        const long column = tile * COLUMNS + column_of(number);
        const auto numbers = load<Register<float, STRETCH>>((const float *)totals + number);
        round_to(a->out + row * a->N + column, numbers + wide<STRETCH>(a->bias + column));
    }
}

// The whole product. `add(tile, start, end)` adds all products of the rows start to end - 1, at most `most`, with a
// tile to the totals of these rows.
template <class Add> INLINE void multiply(Product *a, long most, Lanes (*totals)[REGISTERS], Add add) {
    share(a->M * a->groups, [=](long part) { split(a, part / a->groups, part % a->groups); });
    take_tiles(a, a->N / COLUMNS, [&](long tile) __attribute__((always_inline)) {
        for (long start = 0; start < a->M; start += most) {
            const long end = least(start + most, a->M);
            __builtin_memset(totals, 0, (end - start) * sizeof totals[0]);
            add(tile, start, end);
            for (long row = start; row < end; row++) write(a, row, tile, totals[row - start]);
        }
    });
}

KERNEL(int4, Product) {
    Group g{a, 0, nullptr, (Quads *)__builtin_alloca_with_align(a->group * COLUMNS, 512)};
    Lanes totals[ROWS][REGISTERS];
    const bool unpacks = TOGETHER == 1 && a->M > 1;
    multiply(a, ROWS, totals, [&](long tile, long start, long end) __attribute__((always_inline)) {
        for (long number = 0; number < a->groups; number++) {
            read_group(g, tile, number, unpacks);
            if (unpacks) add<true>(g, start, end, totals);
            else add<false>(g, start, end, totals);
        }
    });
}
