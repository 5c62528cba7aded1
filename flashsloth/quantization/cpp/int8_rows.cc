// The product of many rows with weights of 8 bits, for processors without products of bytes. x, scales, bias and the
// result are float32.
//
// Each row of x (M, K) is rounded to 16 bits with its own unit; a weight (K, N) has 8 bits and a scale for each output.
// The processor multiplies pairs of 16 bit and adds both products in 32 bit. The threads first round all rows. Each
// then takes tiles of the result's columns: it widens a block of the weight to 16 bit, pairs of k side by side, and
// multiplies all rows with it. A row's result does not depend on the rows beside it. K is a multiple of 8, N of 16.
#include "kernel.h"

enum { TILE = 32, REST = 16, LANES = 8 };  // columns; of the last tile, if N is not a multiple; of a register
enum { BLOCK = 256, ROWS = 2 };            // k whose sums fit 32 bit: 128 pairs of 2 * 127 * 32767
const float LARGEST = 32767, TINY = 0x1p-126f;  // the least unit
using Sums = Register<int32_t, LANES>;
using Pairs = Register<int16_t, 2 * LANES>;
using Eight = Register<float, LANES>;

INLINE Sums add_products(Sums sums, Pairs left, Pairs right) {  // of pairs
#if X86
    return sums + pmaddwd(left, right);
#else
    auto half = [](Pairs pairs, auto place) { return __builtin_convertvector(pick<LANES>(pairs, pairs, place), Sums); };
    auto even = [](int i) { return 2 * i; };
    auto odd = [](int i) { return 2 * i + 1; };
    return sums + half(left, even) * half(right, even) + half(left, odd) * half(right, odd);
#endif
}
struct Rounded {  // rows, in the scratch memory
    int16_t *rows;
    float *units;
    Rounded(const Product *a) : rows((int16_t *)a->scratch), units((float *)(rows + a->M * a->K)) {}
};

INLINE void round(const Product *a, long row) {
    const Rounded to(a);
    const float *x = (const float *)a->x + row * a->K;
    Eight largest{};
    for (long k = 0; k < a->K; k += LANES)
        largest = __builtin_elementwise_maximum(__builtin_elementwise_abs(load<Eight>(x + k)), largest);  // NaN stays
    const float found = __builtin_reduce_maximum(largest) / LARGEST, unit = found < TINY ? TINY : found;
    to.units[row] = unit;
    for (long k = 0; k < a->K; k += LANES) {
        Eight numbers = __builtin_elementwise_rint(load<Eight>(x + k) * (1 / unit));
        numbers = numbers != numbers ? Eight{} : numbers;
        const Sums rounded = __builtin_convertvector(numbers, Sums);
        put(to.rows + row * a->K + k, __builtin_convertvector(rounded, Register<int16_t, LANES>));
    }
}

template <int columns> INLINE void widen(const Product *a, int16_t *to, long column, long first, long last) {
    using Row = Register<int8_t, columns>;
    for (long k = first; k < last; k += 2, to += 2 * columns) {
        const uint8_t *at = a->weights + k * a->N + column;
        const Row even = load<Row>(at), odd = load<Row>(at + a->N);
        const auto pairs = pick<2 * columns>(even, odd, [](int i) { return i / 2 + i % 2 * columns; });
        put(to, __builtin_convertvector(pairs, Register<int16_t, 2 * columns>));
    }
}

// Add the products of a block to the result of some rows, which the first block sets.
template <int rows, int columns>
INLINE void multiply(const Product *a, const int16_t *weights, long column, long first, long last, long row) {
    constexpr int registers = columns / LANES;
    Sums sums[rows][registers] = {};
    const int16_t *x = Rounded(a).rows + row * a->K;
    for (long k = first; k < last; k += 8)
        UNROLL for (int pair = 0; pair < 8; pair += 2, weights += 2 * columns)
            UNROLL for (int n = 0; n < registers; n++)
                UNROLL for (int r = 0; r < rows; r++) {
                    const Pairs both = (Pairs)(Sums{} + load<int32_t>(x + r * a->K + k + pair));
                    sums[r][n] = add_products(sums[r][n], load<Pairs>(weights + 2 * LANES * n), both);
                }
    UNROLL for (int r = 0; r < rows; r++)
        UNROLL for (int n = 0; n < registers; n++) {
            float *out = (float *)a->out + (row + r) * a->N + column + LANES * n;
            put(out, (first ? load<Eight>(out) : Eight{}) + __builtin_convertvector(sums[r][n], Eight));
        }
}

template <int columns> static void tile(const Product *a, long column) {
    alignas(64) int16_t wide[BLOCK * columns];
    for (long k = 0; k < a->K; k += BLOCK) {
        const long end = least(k + BLOCK, a->K);
        widen<columns>(a, wide, column, k, end);
        long row = 0;
        for (; row + ROWS <= a->M; row += ROWS) multiply<ROWS, columns>(a, wide, column, k, end, row);
        if (row < a->M) multiply<1, columns>(a, wide, column, k, end, row);
    }
    const Rounded from(a);
    for (long row = 0; row < a->M; row++)
        for (long at = column; at < column + columns; at += LANES) {
            float *out = (float *)a->out + row * a->N + at;
            const float *scales = (const float *)a->scales + at, *bias = (const float *)a->bias + at;
            put(out, fma(load<Eight>(out) * from.units[row], load<Eight>(scales), load<Eight>(bias)));
        }
}

extern "C" void int8_rows(Product *a) {
    const Range rows = of_this_thread(a->M);
    for (long row = rows.first; row < rows.last; row++) round(a, row);
    GOMP_barrier();
    for (long column; (column = next_tile(a) * TILE) < a->N;)
        a->N - column < TILE ? tile<REST>(a, column) : tile<TILE>(a, column);
}
RUN(int8_rows)
