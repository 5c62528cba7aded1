// The int4 product of several rows in the processor's tiles (AMX).
//
// The steps are those of int4.cc, except that tiles multiply codes by parts (step 2c). The sums are the same integers,
// so the results are equal, bit for bit. Tiles and vectors work at the same time:
// 1. The tiles multiply a block, some rows of x times 16 columns of a group (`multiply`).
// 2. Meanwhile the vectors scale the sums of the block before, and add them to the totals (`add_results`).
#include "int4.cc"

struct Block {  // some rows of x times a group of a tile, to be added to their totals
    const Group *g;
    long row, rows;
    Lanes (*totals)[REGISTERS];
};
using Results = int[2][SIDE][SIDE];  // the sums of 16 columns: of the coarse parts, of the fine parts

// Multiply the rows of a block by the codes of register number n, that is by 16 columns, `step` k at a time. The sums
// alternate between two pairs of tiles, so that the next product need not wait until they are stored.
template <int n> INLINE void multiply(const Block &block, long step, Results &to) {
    const Group &g = *block.g;
    const Parts x(g.a, block.row);
    constexpr int coarse = SUMS + n % 2 * 2, fine = coarse + 1, weights = RIGHT + n % 2;
    __builtin_ia32_tilezero(coarse);
    __builtin_ia32_tilezero(fine);
    for (long k = 0; k < g.a->group; k += step) {
        const long at = g.number * g.a->group + k;
        if (n == 0 || g.a->group > step) {  // else the tiles still have these parts
            __builtin_ia32_tileloadd64(LEFT, x.coarse + at, 2 * g.a->K);
            __builtin_ia32_tileloadd64(LEFT + 1, x.fine + at, 2 * g.a->K);
        }
        __builtin_ia32_tileloadd64(weights, g.codes + k / 4 * REGISTERS + n, sizeof(Quads) * REGISTERS);
        __builtin_ia32_tdpbsud(coarse, LEFT, weights);
        __builtin_ia32_tdpbsud(fine, LEFT + 1, weights);
    }
    __builtin_ia32_tilestored64(coarse, to[0], sizeof to[0][0]);
    __builtin_ia32_tilestored64(fine, to[1], sizeof to[1][0]);
}

// Scale the sums of register number n, and add them to the totals of the block's rows.
template <int n> INLINE void add_results(const Block &block, const Results &from) {
    const Group &g = *block.g;
    const Parts x(g.a, block.row);
    const float *units = x.units + g.number * g.a->M, *sums = x.sums + g.number * g.a->M;
    for (long r = 0; r < block.rows; r++) {
        const Sums coarse = load<Sums>(from[0][r]), fine = load<Sums>(from[1][r]);
        block.totals[r][n] = scaled(coarse, fine, units[r], sums[r], g.affine[n], block.totals[r][n]);
    }
}

// Multiply a block register by register. While the tiles multiply one register, the results of the previous one are
// added. While they multiply the first one, the results of the last register of the block `before` are added.
template <int n = 0>
INLINE void add_block(const Block &block, const Block &before, long step, Results *results) {
    multiply<n>(block, step, results[n % 2]);
    if constexpr (n > 0) add_results<n - 1>(block, results[(n - 1) % 2]);
    else if (before.g) add_results<REGISTERS - 1>(before, results[1]);
    if constexpr (n + 1 < REGISTERS) add_block<n + 1>(block, before, step, results);
}

// 1. Divide the rows evenly among as few tiles as possible, and set the sizes of the tiles.
// 2. For each group of a tile of the weight unpack the codes once, and multiply block by block.
// 3. Add the results of the last block, which no other block followed.
KERNEL(int4_tiles, Product) {
    const long tiles = (a->M + SIDE - 1) / SIDE, height = (a->M + tiles - 1) / tiles;
    const long step = a->group % 64 ? 32 : 64, most = ROWS / height * height;
    Quads *codes = (Quads *)__builtin_alloca_with_align(a->group * COLUMNS, 512);
    Group groups[2] = {{a, 0, nullptr, codes}, {a, 0, nullptr, codes}};
    Lanes totals[ROWS][REGISTERS];
    alignas(64) Results results[2];
    const Layout layout(height, step);
    __builtin_ia32_tile_loadconfig(&layout);
    multiply(a, most, totals, [&](long tile, long start, long end) __attribute__((always_inline)) {
        Block before{};
        for (long number = 0; number < a->groups; number++) {
            Group &g = groups[number % 2];
            read_group(g, tile, number, true);
            for (long row = start; row < end; row += height) {
                const Block block{&g, row, least(height, end - row), totals + row - start};
                add_block(block, before, step, results);
                before = block;
            }
        }
        add_results<REGISTERS - 1>(before, results[1]);
    });
    __builtin_ia32_tilerelease();
}
