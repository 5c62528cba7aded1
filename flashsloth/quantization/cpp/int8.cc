// The int8 product. The weight (N, K) has a row of 8-bit integers and a scale for each output. x, the bias and the
// result are bfloat16; for `int8_wide` they are float32.
//
// The inputs are rounded to 16 bits, with a unit for each BLOCK of k of a row. The processor multiplies numbers of 16
// bit and adds two products at a time in 32 bit, so the sum of a block is exact. A call has these steps:
// 1. `round`: the threads divide the rows and blocks of x, and write numbers and units to the scratch memory.
// 2. `take_tiles`: each thread takes tiles of 32 columns of the result, whose weights stay in the L2 cache for all
//    rows.
// 3. `block`: multiply some rows by a few columns, block of k by block of k, and write the result.
// A row's result does not depend on the other rows. K is a multiple of STEP, N of TOGETHER.
#include "kernel.h"

enum { STEP = 2 * LANES };  // k in a register
enum { ROWS = 6, TOGETHER = LANES == 16 ? 4 : 2 };  // rows and columns whose sums fit into the registers
enum { BLOCK = LANES == 8 ? 2048 : 1024 };  // how many k can be added in 32 bit, also by all_neighbours
enum { COLUMNS = 32 };  // of a tile, whose weights stay in the L2 cache
enum { AHEAD = 2048 * TOGETHER };  // bytes that are prefetched in each column
const float LARGEST = 32767;  // the largest number of 16 bits
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

// Where a rounded row is in the scratch memory, which has the numbers of all rows, then the units of all blocks
struct Rounded {
    int16_t *numbers;
    float *units;
    Rounded(const Product *a, long row) {
        numbers = (int16_t *)a->scratch + row * a->K;
        units = (float *)((int16_t *)a->scratch + a->M * a->K) + row * ((a->K + BLOCK - 1) / BLOCK);
    }
};
// Step 1: round a block of a row.
template <class Number> INLINE void round(const Product *a, long row, long first) {
    const Rounded to(a, row);
    const Number *x = (const Number *)a->x + row * a->K;
    const long last = least(first + BLOCK, a->K);
    Lanes largest{};
    for (long k = first; k < last; k += LANES)
        largest = __builtin_elementwise_maximum(__builtin_elementwise_abs(wide<LANES>(x + k)), largest);  // keeps NaN
    const float found = __builtin_reduce_maximum(largest) / LARGEST, unit = found < TINY ? TINY : found;
    to.units[first / BLOCK] = unit;
    for (long k = first; k < last; k += LANES) put_rounded(to.numbers + k, wide<LANES>(x + k) * (1 / unit));
}

// Return the sum of each of TOGETHER registers. The last additions are made in 64 bit, because 32 bit could overflow.
INLINE Results totals_of(Sums *sums) {
    const auto last = __builtin_convertvector(all_neighbours<TOGETHER>(sums), Register<int64_t, LANES>);
    return __builtin_convertvector(folded<TOGETHER>(last), Results);
}

// Step 3: the result of some rows for TOGETHER columns.
// 1. For each block of k add the products in 32 bit. The codes of a step are converted once for all rows.
// 2. Multiply the block's sums by the units of the rows, and add them to the totals.
// 3. Multiply the totals by the scales of the columns, add the bias and round.
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
// Step 2: the result of all rows for one tile of columns: ROWS rows at a time, then 4, 2 and 1 of the rest.
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
