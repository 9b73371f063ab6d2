/* SPDX-License-Identifier: BSD-2-Clause */
/* A response to a request (D31). */
#include "sign/sign.h"

#include <string.h>

/* D24: which requests are due a response. */
static reload_err check_answerable(const reload_msg *request, reload_diag *diag)
{
    uint32_t version = reload_msg_field(request, RELOAD_F_VERSION);
    reload_err err = reload_msg_check(request, diag);
    if (err != RELOAD_OK)
        return err;
    if (version != RELOAD_VERSION_1)
        return rl_fail(diag, RELOAD_ERR_REFUSED, "refused: Version is %u, expected %u",
                       (unsigned)version, RELOAD_VERSION_1);
    if (reload_msg_field(request, RELOAD_F_FRAG) != 0)
        return rl_fail(diag, RELOAD_ERR_REFUSED, "refused: a fragment is not answered");
    if (!rl_is_request(request))
        return rl_fail(diag, RELOAD_ERR_REFUSED, "refused: a response is not answered");
    return RELOAD_OK;
}

static void copy_header(reload_builder *b, const reload_msg *request)
{
    static const reload_field numbers[] = {RELOAD_F_DHT, RELOAD_F_HASH, RELOAD_F_METHOD,
                                           RELOAD_F_OVERLAY};
    static const reload_field ids[] = {RELOAD_F_DESTINATION_ID, RELOAD_F_SOURCE_ID,
                                       RELOAD_F_TRANSACTION_ID};
    size_t len;
    for (size_t i = 0; i < sizeof numbers / sizeof numbers[0]; i++)
        reload_build_field(b, numbers[i], reload_msg_field(request, numbers[i]));
    for (size_t i = 0; i < sizeof ids / sizeof ids[0]; i++)
        reload_build_field_octets(b, ids[i], reload_msg_field_octets(request, ids[i], &len));
}

reload_err reload_reply(const reload_msg *request, unsigned code, reload_buf *out,
                        reload_diag *diag)
{
    reload_builder b;
    size_t start = out->len;
    if (out->err != RELOAD_OK)
        return rl_fail_plain(diag, out->err);
    reload_err err = check_answerable(request, diag);
    if (err != RELOAD_OK)
        return err;
    reload_build_begin(&b, out, NULL);
    reload_build_field(&b, RELOAD_F_RESPONSE, 1);
    copy_header(&b, request);
    const char *phrase = reload_name(RELOAD_NAMES_PHRASE, code);
    reload_value value = {.kind = RELOAD_KIND_RESPONSE,
                          .number = code,
                          .octets = (const uint8_t *)phrase,
                          .len = phrase == NULL ? 0 : strlen(phrase)};
    reload_build_value(&b, RELOAD_A_RESPONSE_CODE, &value);
    err = reload_build_end(&b);
    if (err == RELOAD_OK)
        return RELOAD_OK;
    out->len = start;
    out->err = RELOAD_OK;
    return err == RELOAD_ERR_VALUE
               ? rl_fail(diag, err, "response code %u is not from 100 to 799", code)
               : rl_fail_plain(diag, err);
}
