// The int4 product for processors that multiply bfloat16 with AVX-512. The weight is stored as for int4.cc.
//
// The processor multiplies pairs of bfloat16 and adds both products in 32 bit, so the codes of k and k + 1 are put side
// by side and become bfloat16 by the bits of 128 before them, once for six rows of x (M, K). A group's sums are
// corrected: sum(w * x) = scale * (sum((128 + code) * x) - 136 * sum(x)) + zero * sum(x). Their rounding in 32 bit is
// far below that of the result to bfloat16. A row's result does not depend on the rows beside it.
#include "kernel.h"

enum { COLUMNS = 64, QUARTERS = 4, ROWS = 6 };  // of a tile; registers of sums of a row; 24 registers of 32
enum { AHEAD = 4096, GROUPS_AHEAD = 4 };        // bytes of the weight that are asked for; scales, which lie far apart

INLINE void unpack(const uint8_t *at, Words codes[QUARTERS]) {  // 128 + the codes of k and k + 1
    const auto stored = load<Register<uint8_t, 64>>(at);
    const auto first = pick<32>(stored, stored, [](int i) { return i / 2 + 32 * (i % 2); });
    const auto second = pick<32>(stored, stored, [](int i) { return 16 + i / 2 + 32 * (i % 2); });
    __builtin_prefetch(at + AHEAD);
    const Words wide[] = {__builtin_convertvector(first, Words), __builtin_convertvector(second, Words)};
    UNROLL for (int half = 0; half < 2; half++) {
        codes[half] = (wide[half] & 15) | 0x4300;
        codes[2 + half] = (wide[half] >> 4) | 0x4300;
    }
}

template <int rows>
INLINE void multiply(const Product *a, long row, const uint8_t *weights, long group, Floats (*sums)[QUARTERS]) {
    constexpr int pairs = rows < 4 ? 4 / rows : 1;  // at once
    for (long k = group * a->group; k < (group + 1) * a->group; k += 2 * pairs)
        UNROLL for (int pair = 0; pair < pairs; pair++) {
            Words codes[QUARTERS];
            unpack(weights + (k + 2 * pair) * (COLUMNS / 2), codes);
            UNROLL for (int r = 0; r < rows; r++) {
                const Words both = (Words)(Integers{} + load<int32_t>(a->x + (row + r) * a->K + k + 2 * pair));
                UNROLL for (int q = 0; q < QUARTERS; q++) sums[r][q] = add_pairs(sums[r][q], codes[q], both);
            }
        }
}

template <int rows> static void block(const Product *a, const float *sums_of_x, long row, long tile) {
    const uint8_t *weights = a->weights + tile * a->K * (COLUMNS / 2);
    Floats totals[rows][QUARTERS];
    UNROLL for (int r = 0; r < rows; r++)
        UNROLL for (int q = 0; q < QUARTERS; q++) totals[r][q] = wide(a->bias + tile * COLUMNS + 16 * q);
    for (long group = 0; group < a->groups; group++) {
        const int32_t *scales = (const int32_t *)a->scales + group * a->N + tile * COLUMNS;
        UNROLL for (int q = 0; q < QUARTERS; q++) __builtin_prefetch(scales + GROUPS_AHEAD * a->N + 16 * q);
        Floats sums[rows][QUARTERS] = {};
        multiply<rows>(a, row, weights, group, sums);
        UNROLL for (int q = 0; q < QUARTERS; q++) {
            const Integers both = load<Integers>(scales + 16 * q);
            const Floats scale = (Floats)(both << 16), zero = (Floats)(both & -65536);
            UNROLL for (int r = 0; r < rows; r++) {
                const Floats of_x = all(sums_of_x[(row + r) * a->groups + group]);
                const Floats corrected = fma(of_x, all(-136), sums[r][q]);
                totals[r][q] = fma(of_x, zero, fma(corrected, scale, totals[r][q]));
            }
        }
    }
    uint16_t *out = a->out + row * a->N + tile * COLUMNS;
    UNROLL for (int r = 0; r < rows; r++)
        UNROLL for (int q = 0; q < QUARTERS; q++) round_to(out + r * a->N + 16 * q, totals[r][q]);
}

template <int rows = ROWS> INLINE void blocks(const Product *a, const float *sums_of_x, long row, long tile) {
    for (; row + rows <= a->M; row += rows) block<rows>(a, sums_of_x, row, tile);
    if constexpr (rows > 1) blocks<rows - 1>(a, sums_of_x, row, tile);
}

KERNEL(int4, Product) {
    float *sums_of_x = (float *)a->scratch;  // (M, groups)
    share(a->M * a->groups, [=](long part) {
        const uint16_t *x = a->x + part / a->groups * a->K + part % a->groups * a->group;
        Floats sum{};
        for (long k = 0; k < a->group; k += 32) sum = add_pairs(sum, load<Words>(x + k), Words{} + 0x3F80);  // 1
        sums_of_x[part] = total(sum);
    });
    GOMP_barrier();
    for (long tile; (tile = next_tile(a)) < a->N / COLUMNS;) blocks(a, sums_of_x, 0, tile);
}
