// The int8 product of several rows of bfloat16 in the processor's tiles (AMX).
//
// The rounded numbers of int8.cc are split into bytes: 256 * coarse + fine. A tile of the weight is as it is stored, one
// of x has four k of 16 rows in each of its rows. Sums of a block are exact, so the results are those of int8.cc, bit
// for bit. K is a multiple of 64, N of COLUMNS.
#include "int8.cc"

INLINE int8_t *bytes_of(const Product *a, long row, int part) {  // of 16 rows, in the scratch memory
    const long after_units = (long)Rounded(a, a->M).units + BYTES - 1 & -BYTES;
    return (int8_t *)after_units + (row / SIDE * 2 + part) * SIDE * a->K;
}
INLINE void split(const Product *a, long row, long first) {
    for (long k = first; k < least(first + BLOCK, a->K); k += 4) {
        const auto numbers = load<Register<int16_t, 4>>(Rounded(a, row).numbers + k);
        const long at = k * SIDE + row % SIDE * 4;
        put(bytes_of(a, row, 0) + at, __builtin_convertvector((numbers + 128) >> 8, Register<int8_t, 4>));
        put(bytes_of(a, row, 1) + at, __builtin_convertvector(numbers, Register<int8_t, 4>));
    }
}

template <int tile = 0> INLINE void store(int (*to)[SIDE][SIDE]) {
    __builtin_ia32_tilestored64(SUMS + tile, to[tile], BYTES);
    if constexpr (tile < 3) store<tile + 1>(to);
}
INLINE void multiply(const Product *a, long row, long column, long first, int (*to)[SIDE][SIDE]) {
    const uint8_t *weights = a->weights + column * a->K;
    __builtin_ia32_tilezero(SUMS);
    __builtin_ia32_tilezero(SUMS + 1);
    __builtin_ia32_tilezero(SUMS + 2);
    __builtin_ia32_tilezero(SUMS + 3);
    for (long k = first; k < least(first + BLOCK, a->K); k += BYTES) {
        __builtin_ia32_tileloadd64(RIGHT, bytes_of(a, row, 0) + k * SIDE, BYTES);
        __builtin_ia32_tileloadd64(RIGHT + 1, bytes_of(a, row, 1) + k * SIDE, BYTES);
        __builtin_ia32_tileloadd64(LEFT, weights + k, a->K);
        __builtin_ia32_tileloadd64(LEFT + 1, weights + SIDE * a->K + k, a->K);
        __builtin_ia32_tdpbssd(SUMS, LEFT, RIGHT);
        __builtin_ia32_tdpbssd(SUMS + 1, LEFT, RIGHT + 1);
        __builtin_ia32_tdpbssd(SUMS + 2, LEFT + 1, RIGHT);
        __builtin_ia32_tdpbssd(SUMS + 3, LEFT + 1, RIGHT + 1);
    }
    store(to);
}

template <int distance = SIDE / 2> INLINE void transpose(Lanes *m) {
    auto left = [](int i) { return i & distance ? SIDE + i - distance : i; };
    auto right = [](int i) { return i & distance ? SIDE + i : i + distance; };
    UNROLL for (int i = 0; i < SIDE; i++)
        if (!(i & distance)) {
            const Lanes a = m[i], b = m[i + distance];
            m[i] = pick<SIDE>(a, b, left);
            m[i + distance] = pick<SIDE>(a, b, right);
        }
    if constexpr (distance > 1) transpose<distance / 2>(m);
}
INLINE void write(const Product *a, long row, long column, Lanes *totals) {  // of 16 columns, in their lanes 16 rows
    for (int n = 0; n < SIDE; n++)
        totals[n] = fma(totals[n], all(wide(a->scales[column + n])), all(wide(a->bias[column + n])));
    transpose(totals);
    for (long r = row; r < least(row + SIDE, a->M); r++) round_to(a->out + r * a->N + column, totals[r - row]);
}

INLINE void add_block(const Product *a, long row, long column, long first, Lanes *totals) {
    alignas(64) int results[4][SIDE][SIDE];
    float units[SIDE];
    for (int r = 0; r < SIDE; r++) units[r] = Rounded(a, least(row + r, a->M - 1)).units[first / BLOCK];
    multiply(a, row, column, first, results);
    for (int n = 0; n < COLUMNS; n++) {
        auto part = [&](int fine) { return load<Sums>(results[n / SIDE * 2 + fine][n % SIDE]); };
        const Lanes coarse = __builtin_convertvector(part(0), Lanes), fine = __builtin_convertvector(part(1), Lanes);
        totals[n] = fma(fma(coarse, all(256), fine), load<Lanes>(units), totals[n]);
    }
}
KERNEL(int8_tiles, Product) {
    round_all<uint16_t>(a, [=](long row, long first) { split(a, row, first); });
    const Layout layout(SIDE, BYTES);
    __builtin_ia32_tile_loadconfig(&layout);
    take_tiles(a, a->N / COLUMNS, [=](long tile) {
        for (long row = 0; row < a->M; row += SIDE) {
            Lanes totals[COLUMNS] = {};
            for (long first = 0; first < a->K; first += BLOCK) add_block(a, row, tile * COLUMNS, first, totals);
            for (int n = 0; n < COLUMNS; n += SIDE) write(a, row, tile * COLUMNS + n, totals + n);
        }
    });
    __builtin_ia32_tilerelease();
}
