// The int8 product of a few rows. A weight (N, K) has a row of 8-bit integers and a scale for each output. They are
// converted to float32 and multiplied with a few rows of x (M, K) in float32: with so few the time is that of reading
// the weight. A row's result does not depend on the rows beside it. K is a multiple of 64.
#include "kernel.h"

enum { ROWS = 4, PARTS = 4, COLUMNS = 64, AHEAD = 4096 };  // sums that do not wait for each other; columns of a tile

template <int rows> INLINE void block(const Product *a, long row, long column) {
    const uint8_t *weights = a->weights + column * a->K;
    const uint16_t *x = a->x + row * a->K;
    Floats sums[rows][PARTS] = {};
    for (long k = 0; k < a->K; k += 16 * PARTS) {
        __builtin_prefetch(weights + k + AHEAD);
        UNROLL for (int part = 0; part < PARTS; part++) {
            const auto codes = load<Register<int8_t, 16>>(weights + k + 16 * part);
            const Floats w = __builtin_convertvector(__builtin_convertvector(codes, Integers), Floats);
            UNROLL for (int r = 0; r < rows; r++)
                sums[r][part] = fma(w, wide(x + r * a->K + k + 16 * part), sums[r][part]);
        }
    }
    UNROLL for (int r = 0; r < rows; r++) {
        const float sum = total((sums[r][0] + sums[r][1]) + (sums[r][2] + sums[r][3]));
        const float result = __builtin_elementwise_fma(sum, wide(a->scales[column]), wide(a->bias[column]));
        a->out[(row + r) * a->N + column] = narrow(result);
    }
}

extern "C" void int8(Product *a) {
    for (long first; (first = next_tile(a) * COLUMNS) < a->N;)
        for (long column = first; column < least(first + COLUMNS, a->N); column++) {
            long row = 0;
            for (; row + ROWS <= a->M; row += ROWS) block<ROWS>(a, row, column);
            if (a->M - row == 1) block<1>(a, row, column);
            if (a->M - row == 2) block<2>(a, row, column);
            if (a->M - row == 3) block<3>(a, row, column);
        }
}
RUN(int8)
