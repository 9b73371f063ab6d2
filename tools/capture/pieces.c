/* SPDX-License-Identifier: BSD-2-Clause */
/* Pieces of a stream, in a treap: a search tree by place that is a heap by random priorities, so
 * that no order in which pieces arrive makes it deep. */
#include "capture/internal.h"

#include <stdlib.h>
#include <string.h>

static uint32_t next_random(struct cap_pieces *p)
{
    p->random ^= p->random >> 12;
    p->random ^= p->random << 25;
    p->random ^= p->random >> 27;
    return (uint32_t)((p->random * UINT64_C(2685821657736338717)) >> 32);
}

static uint64_t piece_size(const struct cap_piece *piece)
{
    return sizeof *piece + 16 + (piece->lost ? 0 : piece->len); /* 16: the allocator's */
}

/* Splits a tree into the pieces that begin before a place and the others. */
static void split(struct cap_piece *tree, uint64_t at, struct cap_piece **before,
                  struct cap_piece **after)
{
    while (tree != NULL) {
        if (tree->start < at) {
            *before = tree;
            before = &tree->right;
            tree = tree->right;
        } else {
            *after = tree;
            after = &tree->left;
            tree = tree->left;
        }
    }
    *before = *after = NULL;
}

static void insert(struct cap_pieces *p, struct cap_piece *piece)
{
    struct cap_piece **at = &p->root;
    while (*at != NULL && (*at)->priority >= piece->priority)
        at = piece->start < (*at)->start ? &(*at)->left : &(*at)->right;
    split(*at, piece->start, &piece->left, &piece->right);
    *at = piece;
    p->octets += piece->len;
    p->memory += piece_size(piece);
}

static bool add_new(struct cap_pieces *p, uint64_t start, const uint8_t *octets, size_t len,
                    const struct cap_stamp *stamp, bool cut)
{
    struct cap_piece *piece = malloc(sizeof *piece + (octets == NULL ? 0 : len));
    if (piece == NULL)
        return false;
    *piece = (struct cap_piece){.priority = next_random(p),
                                .len = (uint32_t)len,
                                .start = start,
                                .lost = octets == NULL,
                                .cut = cut,
                                .stamp = *stamp};
    if (octets != NULL)
        memcpy(piece->octets, octets, len);
    insert(p, piece);
    return true;
}

struct cap_piece *cap_pieces_from(const struct cap_pieces *p, uint64_t at)
{
    struct cap_piece *found = NULL;
    for (struct cap_piece *piece = p->root; piece != NULL;)
        if (piece->start >= at) {
            found = piece;
            piece = piece->left;
        } else {
            piece = piece->right;
        }
    return found;
}

struct cap_piece *cap_pieces_at(const struct cap_pieces *p, uint64_t at)
{
    struct cap_piece *found = NULL;
    for (struct cap_piece *piece = p->root; piece != NULL;)
        if (piece->start <= at) {
            found = piece;
            piece = piece->right;
        } else {
            piece = piece->left;
        }
    return found != NULL && at < cap_piece_end(found) ? found : NULL;
}

bool cap_pieces_add(struct cap_pieces *p, uint64_t start, const uint8_t *octets, size_t len,
                    const struct cap_stamp *stamp, bool cut, bool *differs)
{
    while (len > 0) {
        struct cap_piece *piece = cap_pieces_at(p, start);
        size_t n = len;
        if (piece != NULL) {
            uint64_t left = cap_piece_end(piece) - start;
            n = left < len ? (size_t)left : len;
            if (octets != NULL && !piece->lost &&
                memcmp(piece->octets + (start - piece->start), octets, n) != 0)
                *differs = true;
        } else {
            struct cap_piece *next = cap_pieces_from(p, start);
            if (next != NULL && next->start - start < len)
                n = (size_t)(next->start - start);
            if (!add_new(p, start, octets, n, stamp, cut))
                return false;
        }
        start += n;
        octets = octets == NULL ? NULL : octets + n;
        len -= n;
    }
    return true;
}

void cap_pieces_pending(const struct cap_pieces *p, uint64_t from, capture_number *take, void *arg)
{
    const struct cap_piece *piece = cap_pieces_at(p, from);
    if (piece == NULL)
        piece = cap_pieces_from(p, from);
    for (; piece != NULL; piece = cap_pieces_from(p, cap_piece_end(piece)))
        take(arg, piece->stamp.number);
}

/* ---- Freeing ---- */

/* Frees a tree without recursion, for which a caller's tree may be too deep. */
static void free_tree(struct cap_pieces *p, struct cap_piece *tree)
{
    while (tree != NULL) {
        struct cap_piece *left = tree->left;
        if (left != NULL) { /* rotate right, so that the root has no left child */
            tree->left = left->right;
            left->right = tree;
            tree = left;
            continue;
        }
        struct cap_piece *right = tree->right;
        p->octets -= tree->len;
        p->memory -= piece_size(tree);
        free(tree);
        tree = right;
    }
}

void cap_pieces_drop(struct cap_pieces *p, uint64_t end)
{
    struct cap_piece *before, *after;
    struct cap_piece *last = end == 0 ? NULL : cap_pieces_at(p, end - 1);
    if (last != NULL && cap_piece_end(last) > end)
        end = last->start; /* it stays whole */
    split(p->root, end, &before, &after);
    free_tree(p, before);
    p->root = after;
}

void cap_pieces_free(struct cap_pieces *p)
{
    free_tree(p, p->root);
    p->root = NULL;
}
