// The operations between the two products of a layer, for one new position of each sequence: rotary embeddings, the KV
// cache, attention, and GELU or the gate of an MLP. The kernel `layer` runs a whole layer.
//
// The kernel `step` has these steps. In the first two the threads divide the heads of keys, in the last one the columns
// of GELU:
// 1. `append`: write the new key, normed and rotated, and the new value to the cache;
// 2. `attend`: for each query that reads this head of keys, compute the attention weights of all positions, and add up
//    the values times these weights;
// 3. `apply`: GELU of the part of the first product that belongs to the MLP.
//
// Queries and keys are rounded to bfloat16, and their products are added in 32 bit. Everything else is computed in 32
// bit and rounded once. A row's result does not depend on the other rows.
#include "kernel.h"

extern "C" const long HEAD_DIM, ROTARY, NORMED;  // compiled.py writes the numbers of a model into the IR
enum { LARGEST_HEAD = 256, AHEAD_OF_CACHE = 2560 };  // the largest HEAD_DIM; bytes that are prefetched

struct Activated {  // some columns of rows
    const uint16_t *x;
    uint16_t *out;
    long rows, columns, x_row, out_row;  // x_row, out_row: the numbers from a row to the next
};
struct Step {
    uint16_t *packed;           // (B, H + 2*K, d), queries, keys, values, in rows of `gelu.x_row`
    uint16_t *out;              // (B, H, d) in rows of `gelu.out_row`
    const uint16_t *cos, *sin;  // (B, 2, rotary/2), as RotaryTable.at
    const long *lengths;        // (B,): positions in the cache before this one
    uint16_t *keys, *values;    // (B, K, capacity, d), of the layer
    const uint16_t *query_norm, *key_norm;  // (d,), weights of the RMSNorm of each head, if NORMED
    // rows; heads of queries, of keys; numbers from a row and from a head of the cache to the next; its positions
    long B, H, K, cache_row, cache_head, capacity;
    float eps;
    Activated gelu;
};

// Rotate a head: (a, b) -> (a cos + b sin, b cos + a sin), where a is the first half of its ROTARY numbers and b the
// second. cos and sin have numbers for both halves; sin has the sign.
INLINE void rotate(const Step *a, long row, uint16_t *head) {
    const uint16_t *cos = a->cos + row * ROTARY, *sin = a->sin + row * ROTARY;
    for (long i = 0, j = ROTARY / 2; i < ROTARY / 2; i++, j++) {
        const float left = wide(head[i]), right = wide(head[j]);
        head[i] = narrow(__builtin_elementwise_fma(left, wide(cos[i]), right * wide(sin[i])));
        head[j] = narrow(__builtin_elementwise_fma(right, wide(cos[j]), left * wide(sin[j])));
    }
}
// Copy a head of a query or a key as attention reads it: normed if the model has such norms, and rotated.
INLINE void prepare(const Step *a, long row, const uint16_t *from, const uint16_t *weight, uint16_t *to) {
    Floats squares{};
    UNROLL for (long d = 0; d < HEAD_DIM; d += 16) squares = fma(wide(from + d), wide(from + d), squares);
    const float factor = 1 / __builtin_elementwise_sqrt(total(squares) / HEAD_DIM + a->eps);
    UNROLL for (long d = 0; d < HEAD_DIM; d += 16)
        round_to(to + d, NORMED ? wide(from + d) * factor * wide(weight + d) : wide(from + d));
    rotate(a, row, to);
}

// The scores of a query with the keys at 16 positions: the products times 1/sqrt(d). Positions after `last` get the
// score of `last`.
template <bool is_last> INLINE Floats score(const uint16_t *query, const uint16_t *keys, long at, long last) {
    Floats products[16];
    UNROLL for (int i = 0; i < 16; i++) {
        const uint16_t *key = keys + (is_last ? least(at + i, last) : at + i) * HEAD_DIM;
        products[i] = Floats{};
        UNROLL for (long d = 0; d < HEAD_DIM; d += 32) {
            if (!is_last) __builtin_prefetch((const char *)(key + d) + AHEAD_OF_CACHE);
            products[i] = add_pairs(products[i], chunk(query + d, HEAD_DIM - d), chunk(key + d, HEAD_DIM - d));
        }
    }
    return all_neighbours<16>(products) * (float)(1 / __builtin_sqrt((double)HEAD_DIM));
}

// Softmax without the division: write exp(score - largest) of all positions to `scores`, and return the sum.
// 1. Compute all scores and the largest one.
// 2. Replace the scores by the exponentials. Those after the last position are not added to the sum.
INLINE float exponentials(const uint16_t *query, const uint16_t *keys, long last, float *scores) {
    Floats highest = all(-__builtin_inff()), sum{};
    for (long at = 0; at <= last; at += 16) {
        const Floats found = at + 15 <= last ? score<false>(query, keys, at, last) : score<true>(query, keys, at, last);
        put(scores + at, found);
        highest = highest > found ? highest : found;  // a comparison with NaN is false, so NaN stays
    }
    const float largest = __builtin_reduce_max(highest);
    const Integers order = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15};
    for (long at = 0; at <= last; at += 16) {
        const Floats shares = exp(load<Floats>(scores + at) - largest);
        put(scores + at, shares);
        sum += order <= (int)least(last - at, 15) ? shares : Floats{};
    }
    return total(sum);
}

// Step 2: attend with one head of queries of a row to the head `key` of the cache.
// 1. Norm and rotate the query.
// 2. Compute the attention weights of all positions, not yet divided by their sum.
// 3. Add up the values, each times its weight, and divide by the sum of the weights.
static void attend(const Step *a, float *scores, long row, long head, long key) {
    uint16_t query[LARGEST_HEAD];
    const long cached = row * a->cache_row + key * a->cache_head, last = a->lengths[row];
    prepare(a, row, a->packed + row * a->gelu.x_row + head * HEAD_DIM, a->query_norm, query);
    const float inverse = 1 / exponentials(query, a->keys + cached, last, scores);
    Floats context[LARGEST_HEAD / 16];
    UNROLL for (long d = 0; d < HEAD_DIM; d += 16) context[d / 16] = Floats{};
    for (long at = 0; at <= last; at++) {
        const uint16_t *value = a->values + cached + at * HEAD_DIM;
        UNROLL for (long d = 0; d < HEAD_DIM; d += 16) {
            if (d % 32 == 0) __builtin_prefetch((const char *)(value + d) + AHEAD_OF_CACHE);
            context[d / 16] = fma(all(scores[at]), wide(value + d), context[d / 16]);
        }
    }
    uint16_t *out = a->out + row * a->gelu.out_row + head * HEAD_DIM;
    UNROLL for (long d = 0; d < HEAD_DIM; d += 16) round_to(out + d, context[d / 16] * inverse);
}

// Step 1: append a key and a value to the cache. Then attend with each head of queries that reads them.
static void append(const Step *a, float *scores, long row, long key) {
    const uint16_t *given = a->packed + row * a->gelu.x_row + (a->H + key) * HEAD_DIM;
    const long end = row * a->cache_row + key * a->cache_head + a->lengths[row] * HEAD_DIM, group = a->H / a->K;
    prepare(a, row, given, a->key_norm, a->keys + end);
    __builtin_memcpy(a->values + end, given + a->K * HEAD_DIM, 2 * HEAD_DIM);
    for (long head = key * group; head < (key + 1) * group; head++) attend(a, scores, row, head, key);
}

// Step 3: out = each(x), 16 numbers at a time.
template <class Each> INLINE void apply(const Activated *a, Each each) {
    share(a->rows * (a->columns / 16), [=](long part) {
        const long row = part / (a->columns / 16), at = part % (a->columns / 16) * 16;
        round_to(a->out + row * a->out_row + at, each(a->x + row * a->x_row + at));
    });
}
const auto gelu_of = [](const uint16_t *x) { return gelu(wide(x)); };
KERNEL(gelu_rows, const Activated) { apply(a, gelu_of); }
KERNEL(gate, const Activated) {  // SiLU of the gate, times the `columns` numbers after it
    apply(a, [=](const uint16_t *x) { return wide(x) / (exp(-wide(x)) + 1) * wide(x + a->columns); });
}
KERNEL(step, const Step) {
    float *scores = (float *)__builtin_alloca_with_align(4 * (a->capacity + 32), 512);
    share(a->B * a->K, [=](long part) { append(a, scores, part / a->K, part % a->K); });
    apply(&a->gelu, gelu_of);
}
KERNEL(rotate_rows, const Step) {  // rotate H heads of B rows in place
    share(a->B, [=](long row) {
        for (long head = 0; head < a->H; head++) rotate(a, row, a->packed + row * a->gelu.x_row + head * HEAD_DIM);
    });
}

struct Layer {  // a layer, or half of one
    const uint16_t *x;          // (B, D)
    uint16_t *normed;           // (B, D), for the first product
    const uint16_t *product;    // (B, D), of the second product
    uint16_t *y;                // (B, D): x + product
    const uint16_t *weight, *bias;  // (D,), of LayerNorm; RMSNorm has no bias
    long B, D;
    float eps;
    struct { void (*run)(void *); void *args; } parts[3];  // the first product, what follows it, the second product
};

// The mean of x - subtracted, or of its squares
INLINE float mean(const uint16_t *x, long count, float subtracted, bool squared) {
    Floats sum{};
    for (long at = 0; at < count; at += 16) {
        const Floats numbers = wide(x + at) - subtracted;
        sum += squared ? numbers * numbers : numbers;
    }
    return total(sum) / count;
}
// LayerNorm of a row; RMSNorm, which has no bias, subtracts no mean.
INLINE void norm(const Layer *a, long row) {
    const uint16_t *x = a->x + row * a->D;
    const float middle = a->bias ? mean(x, a->D, 0, false) : 0;
    const float factor = 1 / __builtin_elementwise_sqrt(mean(x, a->D, middle, true) + a->eps);
    for (long at = 0; at < a->D; at += 16) {
        const Floats scaled = (wide(x + at) - middle) * factor;
        const Floats bias = a->bias ? wide(a->bias + at) : Floats{};
        round_to(a->normed + row * a->D + at, fma(scaled, wide(a->weight + at), bias));
    }
}
KERNEL(norm_rows, const Layer) {
    share(a->B, [=](long row) { norm(a, row); });
}
// A layer in one call, so that the threads need not wait for Python. They wait for each other (barrier) between these
// steps, and within step 2 between its parts:
// 1. the norm of all rows;
// 2. the first product, what follows it, and the second product;
// 3. the sum of x and the second product.
KERNEL(layer, const Layer) {
    share(a->B, [=](long row) { norm(a, row); });
    for (auto part : a->parts) {
        GOMP_barrier();
        part.run(part.args);
    }
    GOMP_barrier();
    share(a->B * a->D / 16, [=](long part) {
        const long at = 16 * part;
        round_to(a->y + at, wide(a->x + at) + wide(a->product + at));
    });
}
