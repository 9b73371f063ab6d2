/* SPDX-License-Identifier: BSD-2-Clause */
/* Rewriting a message: copying its attributes, stripping signatures, appending. */
#include "sign/sign.h"

void rl_copy(rl_rewrite *w, const reload_attr *attr)
{
    reload_build_raw(&w->b, w->octets + attr->offset,
                     RL_HEAD + attr->length + rl_padding(attr->length));
}

/* A message can be rewritten if it passes D24's steps 1 and 3 or, with force, if its top-level
 * framing is intact. */
static reload_err check_rewritable(const reload_msg *msg, unsigned flags, reload_diag *diag)
{
    size_t len, whole;
    reload_flaw flaw;
    reload_err err = (flags & RELOAD_SIGN_FORCE) != 0 ? RELOAD_OK : reload_msg_check(msg, diag);
    if (err != RELOAD_OK)
        return err;
    const uint8_t *trailing = reload_msg_trailing(msg, &len, &flaw);
    if (len == 0)
        return RELOAD_OK;
    if (reload_msg_field(msg, RELOAD_F_VERSION) != RELOAD_VERSION_1)
        return rl_fail(diag, RELOAD_ERR_REFUSED,
                       "refused: Version is %u, whose attributes cannot be read",
                       (unsigned)reload_msg_field(msg, RELOAD_F_VERSION));
    if (reload_msg_field(msg, RELOAD_F_FRAG) != 0)
        return rl_fail(diag, RELOAD_ERR_REFUSED,
                       "refused: the message is a fragment, whose attributes cannot be read");
    return rl_fail_at(diag, RELOAD_ERR_MALFORMED,
                      (uint64_t)(trailing - reload_msg_octets(msg, &whole)), "%s",
                      reload_flaw_text(flaw));
}

reload_err rl_rewrite_begin(rl_rewrite *w, const reload_msg *msg, unsigned flags, reload_buf *out,
                            reload_diag *diag)
{
    size_t len;
    if (out->err != RELOAD_OK)
        return rl_fail_plain(diag, out->err);
    reload_err err = check_rewritable(msg, flags, diag);
    if (err != RELOAD_OK)
        return err;
    *w = (rl_rewrite){.msg = msg, .octets = reload_msg_octets(msg, &len)};
    reload_build_begin(&w->b, out, w->octets);
    if (out->err == RELOAD_OK)
        return RELOAD_OK;
    err = out->err;
    rl_rewrite_abandon(w);
    return rl_fail_plain(diag, err);
}

void rl_rewrite_abandon(rl_rewrite *w)
{
    w->b.buf->len = w->b.start;
    w->b.buf->err = RELOAD_OK;
}

reload_err rl_rewrite_end(rl_rewrite *w, reload_diag *diag)
{
    reload_err err = reload_build_end(&w->b);
    if (err == RELOAD_OK)
        return RELOAD_OK;
    rl_rewrite_abandon(w);
    return err == RELOAD_ERR_TOO_LONG
               ? rl_fail(diag, err,
                         "too long: the new message, or an attribute in it, exceeds its Length")
               : rl_fail_plain(diag, err);
}

/* ---- Stripping and appending ---- */

/* Copies the members of parent without the signatures among them and inside them. The depth is
 * bounded by RELOAD_MAX_DEPTH. */
static void copy_stripped(rl_rewrite *w, uint32_t parent)
{
    reload_iter it = reload_members(w->msg, parent);
    while (reload_next(&it)) {
        if (reload_is_signature(it.attr->type))
            continue;
        if (it.attr->end == it.index + 1) {
            rl_copy(w, it.attr);
            continue;
        }
        reload_build_open(&w->b, it.attr->type);
        copy_stripped(w, it.index);
        reload_build_close(&w->b);
    }
}

reload_err reload_strip(const reload_msg *msg, unsigned flags, reload_buf *out, reload_diag *diag)
{
    rl_rewrite w;
    reload_err err = rl_rewrite_begin(&w, msg, flags, out, diag);
    if (err != RELOAD_OK)
        return err;
    copy_stripped(&w, RELOAD_NO_ATTR);
    return rl_rewrite_end(&w, diag);
}

reload_err reload_append_attr(const reload_msg *msg, const uint8_t *attr, size_t len,
                              unsigned flags, reload_buf *out, reload_diag *diag)
{
    rl_rewrite w;
    if ((flags & RELOAD_SIGN_FORCE) == 0 && (len < RL_HEAD || rl_attr_size(attr) != len))
        return rl_fail(diag, RELOAD_ERR_ARGUMENT,
                       "the attribute to append is not one attribute with its padding");
    reload_err err = rl_rewrite_begin(&w, msg, flags, out, diag);
    if (err != RELOAD_OK)
        return err;
    reload_iter it = reload_members(msg, RELOAD_NO_ATTR);
    while (reload_next(&it))
        rl_copy(&w, it.attr);
    reload_build_raw(&w.b, attr, len);
    return rl_rewrite_end(&w, diag);
}
