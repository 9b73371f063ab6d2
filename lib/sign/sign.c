/* SPDX-License-Identifier: BSD-2-Clause */
/* Signing a message: complete it (D29), refuse what must not be signed (D32), place the signatures
 * (D30), compute their digests. */
#include "sign/sign.h"

static reload_err read_options(const reload_sign_options *given, reload_sign_options *options,
                               reload_diag *diag)
{
    return rl_sized_copy(options, sizeof *options, given)
               ? RELOAD_OK
               : rl_fail(diag, RELOAD_ERR_ARGUMENT, "signing options without a size");
}

static reload_err complete(rl_rewrite *w, reload_diag *diag)
{
    reload_err err = rl_complete_overlay(w, diag);
    if (err == RELOAD_OK)
        err = rl_complete_source(w, diag);
    if (err == RELOAD_OK)
        err = rl_check_names(w, diag);
    if (err == RELOAD_OK)
        err = rl_complete_security(w, diag);
    if (err == RELOAD_OK)
        err = rl_check_keys(w, diag);
    if (err == RELOAD_OK)
        err = rl_check_time(w, diag);
    return err;
}

static reload_err sign(reload_signer *signer, const reload_msg *msg,
                       const reload_sign_options *given, bool tbs, reload_buf *out,
                       reload_diag *diag)
{
    rl_rewrite w;
    reload_sign_options options;
    reload_err err = read_options(given, &options, diag);
    if (err == RELOAD_OK)
        err = rl_signer_check(signer, options.flags, tbs || options.attached != NULL, diag);
    if (err == RELOAD_OK)
        err = rl_rewrite_begin(&w, msg, options.flags, out, diag);
    if (err != RELOAD_OK)
        return err;
    w.signer = signer;
    w.options = options;
    signer->count = 0;
    err = complete(&w, diag);
    if (err == RELOAD_OK) {
        rl_place_attributes(&w);
        err = rl_rewrite_end(&w, diag);
    }
    if (err == RELOAD_OK)
        err = rl_complete_transaction_id(&w, diag);
    if (err == RELOAD_OK)
        err = rl_put_digests(&w, tbs, diag);
    if (err != RELOAD_OK)
        rl_rewrite_abandon(&w);
    return err;
}

reload_err reload_sign(reload_signer *signer, const reload_msg *msg,
                       const reload_sign_options *options, reload_buf *out, reload_diag *diag)
{
    return sign(signer, msg, options, false, out, diag);
}

reload_err reload_sign_tbs(reload_signer *signer, const reload_msg *msg,
                           const reload_sign_options *options, reload_buf *out, reload_diag *diag)
{
    if (signer->suite->kind == RELOAD_SUITE_NONE)
        return rl_fail(diag, RELOAD_ERR_ARGUMENT, "nothing is signed under %s",
                       signer->suite->name);
    return sign(signer, msg, options, true, out, diag);
}
