/* SPDX-License-Identifier: BSD-2-Clause */
/* "Did you mean": the word that a mistyped one is nearest to. */
#include "base/base.h"

#include <ctype.h>
#include <stdbool.h>
#include <string.h>

enum { MAX_WORD = 40, TOO_FAR = 1000 };

static unsigned least(unsigned a, unsigned b)
{
    return a < b ? a : b;
}

static bool same(char a, char b)
{
    return tolower((unsigned char)a) == tolower((unsigned char)b);
}

/* Edits that turn one word into the other: a character inserted, left out or replaced, or two
 * neighbours exchanged. */
static unsigned word_distance(const char *a, const char *b)
{
    unsigned rows[3][MAX_WORD + 1]; /* rows of the last two characters of a, and of this one */
    size_t a_len = strlen(a), b_len = strlen(b);
    if (a_len > MAX_WORD || b_len > MAX_WORD)
        return TOO_FAR;
    for (unsigned k = 0; k <= b_len; k++)
        rows[0][k] = k;
    for (size_t i = 1; i <= a_len; i++) {
        unsigned *row = rows[i % 3], *last = rows[(i + 2) % 3], *before = rows[(i + 1) % 3];
        row[0] = (unsigned)i;
        for (size_t k = 1; k <= b_len; k++) {
            row[k] = least(least(last[k], row[k - 1]) + 1, last[k - 1] + !same(a[i - 1], b[k - 1]));
            if (i > 1 && k > 1 && same(a[i - 1], b[k - 2]) && same(a[i - 2], b[k - 1]))
                row[k] = least(row[k], before[k - 2] + 1);
        }
    }
    return rows[a_len % 3][b_len];
}

/* Whether a word is the beginning of another ("Chord" of "Chord1.0"), or a part of it between
 * dashes
 * ("crl" of "require-crl"). */
static bool is_part(const char *word, const char *whole)
{
    size_t len = strlen(word);
    if (len < 3)
        return false;
    for (const char *at = whole; (at = strcasestr(at, word)) != NULL; at++)
        if (at == whole || (at[-1] == '-' && (at[len] == '\0' || at[len] == '-')))
            return true;
    return false;
}

const char *reload_nearest_word(const char *word, const char *const *words)
{
    const char *nearest = NULL;
    size_t len = strlen(word);
    unsigned limit = len < 3 ? 1 : len < 6 ? 2 : 3, best = limit + 1;
    for (; *words != NULL; words++) {
        unsigned d = word_distance(word, *words);
        if (d < best && d < strlen(*words)) {
            best = d;
            nearest = *words;
        } else if (nearest == NULL && is_part(word, *words)) {
            nearest = *words;
        }
    }
    return nearest;
}
