// Products of many rows in the processor's tiles (AMX), in bfloat16.
//
// 1. `lay_out`: the threads divide the rows of x, and copy them to the scratch memory in the order of the tiles.
// 2. `take_tiles`: each thread takes panels, which are up to 256 columns of the result. For each part of k
//    a. `convert` converts the part of the weight to bfloat16, once for all rows. Codes of int8 are exact in bfloat16,
//       and their sums are scaled at the end. Numbers of int4 are scaled and rounded, an error as large as that of
//       rounding the result.
//    b. `multiply` multiplies two tiles of rows by two of columns at a time, and adds to the sums of the panel.
// 3. `write`: scale the sums, add the bias, apply GELU, add the residual, round.
//
// The products of a row are added in the order of k, whatever the other rows are.
#include "kernel.h"

enum { COLUMNS = 64, QUARTERS = 4 };      // of a tile of int4's weight; registers with a number for each of them
enum { AHEAD = 4096, GROUPS_AHEAD = 4 };  // prefetches: bytes of the weight; groups' scales, which lie far apart
enum { STEP = 32, PART = 20 };  // k in a row of a tile; the most steps in a part of k, which has whole groups
enum { PANEL = 4 };             // the most 64 columns of a panel: a part of its weight is 320 KB in bfloat16
using Tile = Words[SIDE];       // 16 rows of x, or 16 pairs of k for each of 16 columns
using Four = Floats[4][SIDE];   // the sums of two tiles of x by two tiles of the weight
Words narrow_both(Floats, Floats) __asm__("llvm.x86.avx512bf16.cvtne2ps2bf16.512");

// The sizes of a call, and its scratch memory: x in tiles, then for each thread a part of the weight and the sums of a
// panel
struct Many {
    const Product *a;
    long tiles, height, steps, panel;  // tiles of x, rows of each; steps in K; columns / 64 of a panel
    Tile *x, *weights;
    Four *sums;
    Many(const Product *a) : a(a), tiles((a->M + 2 * SIDE - 1) / (2 * SIDE) * 2), height((a->M + tiles - 1) / tiles) {
        const long share = a->N / COLUMNS / (4 * omp_get_num_threads());
        steps = (a->K + STEP - 1) / STEP;
        panel = share < 1 ? 1 : least(share, PANEL);  // so that no thread waits long for the last panel
        x = (Tile *)a->scratch;
        weights = x + tiles * steps + omp_get_thread_num() * (int)PANEL * (int)QUARTERS * (PART + tiles);
        sums = (Four *)weights_of(PANEL);
    }
    Tile *weights_of(long tile) const { return weights + tile * QUARTERS * PART; }
    Four &sums_of(long pair, long strip) const { return sums[pair * 2 * PANEL + strip]; }
};

// Step 1: copy a row of x to its tile, with zeros after K. Rows of a tile that x does not have become zeros.
INLINE void lay_out(const Many &m, long place) {
    const long tile = place / SIDE, within = place % SIDE, row = tile * m.height + within;
    const bool is_one = within < m.height && row < m.a->M;
    for (long k = 0; k < m.a->K; k += STEP)
        m.x[tile * m.steps + k / STEP][within] = is_one ? chunk(m.a->x + row * m.a->K + k, m.a->K - k) : Words{};
}

// Round two k of 16 columns to bfloat16, as pairs: a tile has both k of a column in four bytes.
INLINE Words pairs_of(Floats first, Floats second) {
    const Words rounded = narrow_both(second, first);
    return pick<32>(rounded, rounded, [](int i) { return i / 2 + 16 * (i % 2); });
}
// Unpack the codes of k and k + 1 for 64 columns, as pairs of bfloat16. 0x4300 is 128 in bfloat16. With the code in its
// last bits it is exactly 128 + code, so no conversion is needed.
INLINE void unpack(const uint8_t *at, Words codes[QUARTERS]) {
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

// Step 2a of int4: scale a group of 64 columns and round it to bfloat16. The offset also subtracts the 128 of `unpack`
// and the 8 of the format.
INLINE void round_group(const Product *a, long column, long k, Tile *to) {
    const int32_t *scales = (const int32_t *)a->scales + k / a->group * a->N + column;
    const uint8_t *stored = a->weights + (column * a->K + k * COLUMNS) / 2;
    Floats scale[QUARTERS], offset[QUARTERS];
    UNROLL for (int q = 0; q < QUARTERS; q++) {
        __builtin_prefetch(scales + GROUPS_AHEAD * a->N + 16 * q);
        const Integers both = load<Integers>(scales + 16 * q);
        scale[q] = (Floats)(both << 16);
        offset[q] = fma(scale[q], all(-136), (Floats)(both & -65536));
    }
    for (long step = 0; step < a->group / STEP; step++, to += QUARTERS)
        for (long pair = 0; pair < SIDE; pair++, stored += COLUMNS) {
            Words codes[QUARTERS];
            unpack(stored, codes);
            UNROLL for (int q = 0; q < QUARTERS; q++) {
                const Integers both = (Integers)codes[q];
                const Floats first = fma((Floats)(both << 16), scale[q], offset[q]);
                to[q][pair] = pairs_of(first, fma((Floats)(both & -65536), scale[q], offset[q]));
            }
        }
}
struct Int4 {
    static void convert(const Product *a, long column, long k, long steps, Tile *to) {
        for (long step = 0; step < steps; step += a->group / STEP)
            round_group(a, column, k + step * STEP, to + step * QUARTERS);
    }
    static Floats scaled(const Product *, long, Floats sums) { return sums; }
};
// Transpose 16 x 16 numbers. A round takes the elements of rows i and i + 8 in turn; four rounds transpose the matrix.
INLINE void transpose(Integers *m) {
    UNROLL for (int round = 0; round < 4; round++) {
        Integers from[SIDE];
        __builtin_memcpy(from, m, sizeof from);
        UNROLL for (int i = 0; i < SIDE / 2; i++) {
            m[2 * i] = pick<SIDE>(from[i], from[i + 8], [](int i) { return i / 2 + 16 * (i % 2); });
            m[2 * i + 1] = pick<SIDE>(from[i], from[i + 8], [](int i) { return 8 + i / 2 + 16 * (i % 2); });
        }
    }
}
INLINE Floats codes_of(const uint8_t *stored) {
    return __builtin_convertvector(load<Register<int8_t, 16>>(stored), Floats);
}
// Step 2a of int8: convert 16 columns of a step of k at a time. A register has pairs of k of one column. After
// `transpose` it has one pair of k of each column, which is the order of the tile. If only 16 k are left, they are
// written twice; the second copy adds nothing, because x is zero after K.
struct Int8 {
    static void convert(const Product *a, long column, long k, long steps, Tile *to) {
        for (long part = 0; part < steps * QUARTERS; part++) {
            const long at = k + part / QUARTERS * STEP, second = least(16, a->K - at - 16);  // 0 if only 16 k are left
            const uint8_t *stored = a->weights + (column + part % QUARTERS * SIDE) * a->K + at;
            Integers pairs[SIDE];
            UNROLL for (int n = 0; n < SIDE; n++, stored += a->K) {
                __builtin_prefetch(stored + PART * STEP);
                pairs[n] = (Integers)narrow_both(codes_of(stored + second), codes_of(stored));
            }
            transpose(pairs);
            __builtin_memcpy(to[part], pairs, sizeof pairs);
        }
    }
    static Floats scaled(const Product *a, long column, Floats sums) { return sums * wide(a->scales + column); }
};

// Step 2b: add the products of two tiles of x and two tiles of the weight over a part of k to their four tiles of sums,
// which begin at zero in the first part.
INLINE void multiply(const Tile *x, long to_next, const Tile *weights, long steps, bool is_first, Four &sums) {
#define EACH(action) action(0) action(1) action(2) action(3)
#define START(n) if (is_first) __builtin_ia32_tilezero(n); else __builtin_ia32_tileloadd64(n, sums[n], BYTES);
#define STORE(n) __builtin_ia32_tilestored64(n, sums[n], BYTES);
    EACH(START)
    for (; steps > 0; steps--, x++, weights += QUARTERS) {  // x stays in the L1 cache; the weight bypasses it
        __builtin_ia32_tileloadd64(LEFT, x, BYTES);
        __builtin_ia32_tileloaddt164(RIGHT, weights, BYTES);
        __builtin_ia32_tileloaddt164(RIGHT + 1, weights + 1, BYTES);
        __builtin_ia32_tileloadd64(LEFT + 1, x + to_next, BYTES);
        __builtin_ia32_tdpbf16ps(0, LEFT, RIGHT);
        __builtin_ia32_tdpbf16ps(1, LEFT, RIGHT + 1);
        __builtin_ia32_tdpbf16ps(2, LEFT + 1, RIGHT);
        __builtin_ia32_tdpbf16ps(3, LEFT + 1, RIGHT + 1);
    }
    EACH(STORE)
}

// Step 2: convert a part of the weight of a panel, and multiply all rows by it.
template <class Format> INLINE void add_part(const Many &m, long start, long columns, long first, long steps) {
    for (long at = 0; at < columns; at += COLUMNS)
        Format::convert(m.a, start + at, first * STEP, steps, m.weights_of(at / COLUMNS));
    for (long pair = 0; pair < m.tiles / 2; pair++)
        for (long strip = 0; strip < columns / 32; strip++) {
            const Tile *x = m.x + 2 * pair * m.steps + first, *weights = m.weights_of(strip / 2) + strip % 2 * 2;
            multiply(x, m.steps, weights, steps, !first, m.sums_of(pair, strip));
        }
}

// Step 3: write the result of a panel.
template <class Format> INLINE void write(const Many &m, long start, long columns) {
    for (long row = 0; row < m.a->M; row++)
        for (long at = 0; at < columns; at += 16) {
            const long tile = row / m.height, number = tile % 2 * 2 + at / 16 % 2, column = start + at;
            const Floats sums = m.sums_of(tile / 2, at / 32)[number][row % m.height];
            Floats result = Format::scaled(m.a, column, sums) + wide(m.a->bias + column);
            if (m.a->gelu) result = gelu(result);
            if (m.a->residual) result += wide(m.a->residual + row * m.a->N + column);
            round_to(m.a->out + row * m.a->N + column, result);
        }
}

template <class Format> INLINE void multiply(Product *a) {
    const Many m(a);
    share(m.tiles * SIDE, [&](long place) { lay_out(m, place); });
    const Layout layout(m.height, BYTES);
    __builtin_ia32_tile_loadconfig(&layout);
    const long columns = m.panel * COLUMNS;
    take_tiles(a, (a->N + columns - 1) / columns, [&](long panel) {
        const long start = least(panel * columns, a->N - columns);  // the last panel may overlap the one before
        for (long first = 0; first < m.steps; first += PART)
            add_part<Format>(m, start, columns, first, least(PART, m.steps - first));
        write<Format>(m, start, columns);
    });
    __builtin_ia32_tilerelease();
}
KERNEL(int4_many, Product) { multiply<Int4>(a); }
KERNEL(int8_many, Product) { multiply<Int8>(a); }
