/* SPDX-License-Identifier: BSD-2-Clause */
/* reload-keygen issue */
#ifndef RELOAD_KEYGEN_ISSUE_H
#define RELOAD_KEYGEN_ISSUE_H

#include "keygen/keygen.h"

struct issue {
    struct leaf leaf;
    struct tool *tool; /* the leaf's */
    const char *ca_dir, *request, *renew, *passphrase_file;
    bool allow_weak, json;
    struct ca ca;
    char *renewed_users; /* of the certificate to renew, split into the leaf's names */
    size_t before;       /* lines of the index before the new ones */
    char *copy_path;     /* of the copy in issued/ */
    struct output copy, out;
};

/* Works out the names of the certificate. Returns false after reporting an error. */
bool issue_names(struct issue *s, reload_rng *rng);

#endif
