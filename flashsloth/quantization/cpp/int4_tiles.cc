// The int4 product of several rows in the processor's tiles (AMX): registers of 16 rows of 64 bytes, which multiply 16
// rows by 16 columns by 64 k of bytes at a time.
//
// Parts of x, codes and their sums are those of int4.cc, and all sums are integers: so are the results, bit for bit. A
// group's sums are scaled by vectors while the tiles multiply the next ones. The tiles are laid out and released in
// each call, as torch's oneDNN lays them out in the same threads.
#include "int4.cc"

enum { TALLEST = 16, MANY = 160 };                // rows of a tile; of x for which codes are unpacked once
enum { SUMS = 0, COARSE_TILE = 4, FINE_TILE = 5, WEIGHTS = 6 };  // tiles: 0 to 3, two of x, 6 and 7

struct alignas(64) Layout {
    uint8_t palette = 1, start = 0, reserved[14] = {};
    uint16_t bytes[16] = {64, 64, 64, 64, 64, 64, 64, 64};
    uint8_t rows[16] = {};
    Layout(int of_x, int k) {
        for (int tile = 0; tile < WEIGHTS; tile++) rows[tile] = of_x;
        bytes[COARSE_TILE] = bytes[FINE_TILE] = k;
        rows[WEIGHTS] = rows[WEIGHTS + 1] = k / 4;
    }
};

struct Block { const Group *g; long row; };  // some rows of x times a group of a tile
using Results = int[2][TALLEST][16];         // of a register's columns: of coarse and of fine parts

template <int n> INLINE void multiply(Block block, long step, Results &to) {
    const Group &g = *block.g;
    const Parts x(g.a, block.row);
    constexpr int coarse = SUMS + n % 2 * 2, fine = coarse + 1, weights = WEIGHTS + n % 2;  // in turn
    __builtin_ia32_tilezero(coarse);
    __builtin_ia32_tilezero(fine);
    for (long k = 0; k < g.a->group; k += step) {
        const long at = g.number * g.a->group + k;
        if (n == 0 || g.a->group > step) {  // else they are still there
            __builtin_ia32_tileloadd64(COARSE_TILE, x.coarse + at, 2 * g.a->K);
            __builtin_ia32_tileloadd64(FINE_TILE, x.fine + at, 2 * g.a->K);
        }
        __builtin_ia32_tileloadd64(weights, g.codes + k / 4 * REGISTERS + n, sizeof(Quads) * REGISTERS);
        __builtin_ia32_tdpbsud(coarse, COARSE_TILE, weights);
        __builtin_ia32_tdpbsud(fine, FINE_TILE, weights);
    }
    __builtin_ia32_tilestored64(coarse, to[0], sizeof to[0][0]);
    __builtin_ia32_tilestored64(fine, to[1], sizeof to[1][0]);
}

struct Rows {  // of x, whose totals are added
    long start, end, height;
    Lanes (*totals)[REGISTERS];
};
template <int n> INLINE void add_results(const Rows &rows, Block block, const Results &from) {
    const Group &g = *block.g;
    const Parts x(g.a, block.row);
    const Affine affine = g.affine[n];
    const float *units = x.units + g.number * g.a->M, *sums = x.sums + g.number * g.a->M;
    Lanes(*totals)[REGISTERS] = rows.totals + block.row - rows.start;
    for (long r = 0; r < least(rows.height, rows.end - block.row); r++) {
        const Sums coarse = load<Sums>(from[0][r]), fine = load<Sums>(from[1][r]);
        totals[r][n] = scaled(coarse, fine, units[r], sums[r], affine, totals[r][n]);
    }
}

// Multiply a block, register by register; while the tiles work on one, add the results of the one before.
template <int n = 0> INLINE void add_block(const Rows &rows, Block block, Block before, long step, Results *results) {
    multiply<n>(block, step, results[n % 2]);
    if constexpr (n > 0) add_results<n - 1>(rows, block, results[(n - 1) % 2]);
    else if (before.g) add_results<REGISTERS - 1>(rows, before, results[1]);
    if constexpr (n + 1 < REGISTERS) add_block<n + 1>(rows, block, before, step, results);
}

extern "C" void int4_tiles(Product *a) {
    const Range parts = of_this_thread(a->M * a->groups);
    for (long part = parts.first; part < parts.last; part++) split(a, part / a->groups, part % a->groups);
    GOMP_barrier();
    const long tiles = (a->M + TALLEST - 1) / TALLEST, height = (a->M + tiles - 1) / tiles;
    const long step = a->group % 64 ? 32 : 64, many = MANY / height * height;
    Quads *codes = (Quads *)__builtin_alloca_with_align(a->group * COLUMNS, 512);
    Group groups[2] = {{a, 0, nullptr, codes}, {a, 0, nullptr, codes}};
    Lanes totals[MANY][REGISTERS];
    alignas(64) Results results[2];
    const Layout layout(height, step);
    __builtin_ia32_tile_loadconfig(&layout);
    for (long tile; (tile = next_tile(a)) < a->N / COLUMNS;)
        for (long start = 0; start < a->M; start += many) {
            const Rows rows{start, least(start + many, a->M), height, totals};
            Block before{};
            __builtin_memset(totals, 0, (rows.end - start) * sizeof totals[0]);
            for (long number = 0; number < a->groups; number++) {
                Group &g = groups[number % 2];
                read_group(g, tile, number, true);
                for (long row = start; row < rows.end; row += height) {
                    add_block(rows, {&g, row}, before, step, results);
                    before = {&g, row};
                }
            }
            add_results<REGISTERS - 1>(rows, before, results[1]);
            for (long row = start; row < rows.end; row++) write(a, row, tile, totals[row - start]);
        }
    __builtin_ia32_tilerelease();
}
RUN(int4_tiles)
