/* SPDX-License-Identifier: BSD-2-Clause */
/* "Did you mean": the word that a mistyped one is nearest to. */
#ifndef RELOAD_NEAREST_H
#define RELOAD_NEAREST_H

/* The word of a list, which ends with NULL, that is near enough to be meant; NULL: none is. Case
 * makes no difference. */
const char *nearest_word(const char *word, const char *const *words);

#endif
