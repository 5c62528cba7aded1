// The int4 product of many rows in the processor's tiles (AMX), in bfloat16.
//
// A tile adds a row's products through all groups if the weight's numbers have their scales. So a thread rounds a part
// of the weight to bfloat16, once for all rows: an error as large as that of rounding the result. It multiplies two
// tiles of rows by two of columns at a time. A row's sums follow k in one order, whatever the rows beside it.
#include "int4_bf16.cc"

enum { STEP = 32, PART = 16 };  // k in a row of a tile; steps at a time, in whole groups
enum { PANEL = 4 };             // times 64 columns, of which a part is rounded at a time, to 256 KB
using Tile = Words[SIDE];       // 16 rows of x, or pairs of k of 16 columns
using Four = Floats[4][SIDE];   // sums of two tiles of x by two of the weight, in turn
Words narrow_both(Floats, Floats) __asm__("llvm.x86.avx512bf16.cvtne2ps2bf16.512");

struct Many {
    const Product *a;
    long tiles, height, steps, panel;  // of x, with so many rows each; in K; columns / 64 at a time
    Tile *x, *weights;
    Four *sums;
    Many(const Product *a) : a(a), tiles((a->M + 2 * SIDE - 1) / (2 * SIDE) * 2), height((a->M + tiles - 1) / tiles) {
        const long share = a->N / COLUMNS / (4 * omp_get_num_threads());
        steps = a->K / STEP;
        panel = share < 1 ? 1 : least(share, PANEL);  // so that no thread waits long for the last one
        x = (Tile *)a->scratch;
        weights = x + tiles * steps + omp_get_thread_num() * (int)PANEL * (int)QUARTERS * (PART + tiles);
        sums = (Four *)weights_of(PANEL);
    }
    Tile *weights_of(long tile) const { return weights + tile * QUARTERS * PART; }
    Four &sums_of(long pair, long strip) const { return sums[pair * 2 * PANEL + strip]; }
};

INLINE void lay_out(const Many &m, long place) {  // a row of a tile of x, or zeros
    const long tile = place / SIDE, within = place % SIDE, row = tile * m.height + within;
    const bool is_one = within < m.height && row < m.a->M;
    for (long step = 0; step < m.steps; step++)
        m.x[tile * m.steps + step][within] = is_one ? load<Words>(m.a->x + row * m.a->K + step * STEP) : Words{};
}

INLINE void round_group(const Product *a, long column, long k, Tile *to) {  // of 64 columns
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
                const Words rounded = narrow_both(fma((Floats)(both & -65536), scale[q], offset[q]), first);
                to[q][pair] = pick<32>(rounded, rounded, [](int i) { return i / 2 + 16 * (i % 2); });
            }
        }
}

INLINE void multiply(const Tile *x, long to_next, const Tile *weights, long steps, bool is_first, Four &sums) {
#define EACH(action) action(0) action(1) action(2) action(3)
#define START(n) if (is_first) __builtin_ia32_tilezero(n); else __builtin_ia32_tileloadd64(n, sums[n], BYTES);
#define STORE(n) __builtin_ia32_tilestored64(n, sums[n], BYTES);
    EACH(START)
    for (; steps > 0; steps--, x++, weights += QUARTERS) {  // x stays in the first cache, which the weight passes by
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

INLINE void add_part(const Many &m, long start, long columns, long first, long steps) {
    for (long at = 0; at < columns; at += COLUMNS)
        for (long step = 0; step < steps; step += m.a->group / STEP)
            round_group(m.a, start + at, (first + step) * STEP, m.weights_of(at / COLUMNS) + step * QUARTERS);
    for (long pair = 0; pair < m.tiles / 2; pair++)
        for (long strip = 0; strip < columns / 32; strip++) {
            const Tile *x = m.x + 2 * pair * m.steps + first, *weights = m.weights_of(strip / 2) + strip % 2 * 2;
            multiply(x, m.steps, weights, steps, !first, m.sums_of(pair, strip));
        }
}

INLINE void write(const Many &m, long start, long columns) {
    for (long row = 0; row < m.a->M; row++)
        for (long at = 0; at < columns; at += 16) {
            const long tile = row / m.height, number = tile % 2 * 2 + at / 16 % 2, column = start + at;
            const Floats sums = m.sums_of(tile / 2, at / 32)[number][row % m.height];
            round_to(m.a->out + row * m.a->N + column, sums + wide(m.a->bias + column));
        }
}

KERNEL(int4_many, Product) {
    const Many m(a);
    share(m.tiles * SIDE, [&](long place) { lay_out(m, place); });
    GOMP_barrier();
    const Layout layout(m.height, BYTES);
    __builtin_ia32_tile_loadconfig(&layout);
    for (long start; (start = next_tile(a) * m.panel * COLUMNS) < a->N;) {
        const long columns = least(m.panel * COLUMNS, a->N - start);
        for (long first = 0; first < m.steps; first += PART)
            add_part(m, start, columns, first, least(PART, m.steps - first));
        write(m, start, columns);
    }
    __builtin_ia32_tilerelease();
}
