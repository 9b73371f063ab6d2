/* SPDX-License-Identifier: BSD-2-Clause */
/* Kinds of value: checking, decoding and encoding. */
#include "wire/wire.h"

#include <stdio.h>
#include <string.h>

/* address families, B§5.2.2.3 */
enum { FAMILY_IPV4 = 1, FAMILY_IPV6 = 2 };

reload_names rl_kind_names(reload_kind kind)
{
    return kind == RELOAD_KIND_OP          ? RELOAD_NAMES_OP
           : kind == RELOAD_KIND_TRANSPORT ? RELOAD_NAMES_TRANSPORT
                                           : RELOAD_NAMES_NONE;
}

static reload_flaw check_text(const uint8_t *octets, size_t len)
{
    while (len > 0) {
        uint32_t code = 1;
        size_t n = rl_ascii(octets, len); /* most text */
        if (n == 0)
            n = rl_utf8(octets, len, &code);
        if (n == 0)
            return RELOAD_FLAW_UTF8;
        if (code == 0)
            return RELOAD_FLAW_NUL;
        octets += n;
        len -= n;
    }
    return RELOAD_FLAW_NONE;
}

/*
 *   0                   1                   2                   3        B§5.2.1
 *  |              reserved                   |Class|     Number    |
 *  |      Reason Phrase (variable)                                ..
 */
static reload_flaw check_response(const uint8_t *octets, size_t len)
{
    if (len < 4)
        return RELOAD_FLAW_SIZE;
    uint32_t word = rl_get32(octets);
    if (word >> 11 != 0)
        return RELOAD_FLAW_RESERVED;
    uint32_t class = word >> 8, number = word & 0xff;
    if (class == 0 || number > 99)
        return RELOAD_FLAW_CODE;
    return check_text(octets + 4, len - 4);
}

/*
 *   0                   1                   2                   3        B§5.2.2.3, D5
 *  |   protocol    |    Family     |           Port                |
 *  |   Address (4 or 16 octets)                                   ..
 */
static reload_flaw check_ip_port(const uint8_t *octets, size_t len)
{
    if (len < 4)
        return RELOAD_FLAW_SIZE;
    if (octets[1] != FAMILY_IPV4 && octets[1] != FAMILY_IPV6)
        return RELOAD_FLAW_FAMILY;
    return len - 4 == (octets[1] == FAMILY_IPV4 ? 4u : 16u) ? RELOAD_FLAW_NONE
                                                            : RELOAD_FLAW_ADDRESS;
}

size_t rl_kind_size(reload_kind kind)
{
    switch (kind) {
    case RELOAD_KIND_ID:
        return RELOAD_ID_SIZE;
    case RELOAD_KIND_SECONDS:
    case RELOAD_KIND_TIME:
    case RELOAD_KIND_INTEGER:
        return 4;
    case RELOAD_KIND_OP:
        return 1;
    case RELOAD_KIND_TRANSPORT:
        return 2;
    case RELOAD_KIND_TEXT:
    case RELOAD_KIND_RESPONSE:
    case RELOAD_KIND_IP_PORT:
    case RELOAD_KIND_OCTETS:
    case RELOAD_KIND_COMPOSITE:
    default:
        return 0;
    }
}

reload_flaw rl_kind_check(reload_kind kind, const uint8_t *octets, size_t len)
{
    if (kind == RELOAD_KIND_TEXT)
        return check_text(octets, len);
    if (kind == RELOAD_KIND_RESPONSE)
        return check_response(octets, len);
    if (kind == RELOAD_KIND_IP_PORT)
        return check_ip_port(octets, len);
    size_t size = rl_kind_size(kind);
    return size == 0 || len == size ? RELOAD_FLAW_NONE : RELOAD_FLAW_SIZE;
}

void rl_kind_expected(reload_kind kind, const uint8_t *octets, reload_flaw flaw, char *text,
                      size_t size)
{
    size_t fixed = rl_kind_size(kind);
    text[0] = '\0';
    if (flaw == RELOAD_FLAW_SIZE && fixed > 0)
        (void)snprintf(text, size, ", expected %zu octet%s", fixed, fixed == 1 ? "" : "s");
    else if (flaw == RELOAD_FLAW_SIZE)
        (void)snprintf(text, size, ", expected %s",
                       kind == RELOAD_KIND_IP_PORT ? "8 (IPv4) or 20 (IPv6) octets"
                                                   : "at least 4 octets");
    else if (flaw == RELOAD_FLAW_ADDRESS)
        (void)snprintf(text, size, ", expected %s octets", octets[1] == FAMILY_IPV4 ? "8" : "20");
    else if (flaw == RELOAD_FLAW_FAMILY)
        (void)snprintf(text, size, ", found %u", octets[1]);
}

void rl_kind_decode(reload_kind kind, const uint8_t *octets, size_t len, reload_value *value)
{
    *value = (reload_value){.kind = kind};
    switch (kind) {
    case RELOAD_KIND_SECONDS:
    case RELOAD_KIND_TIME:
    case RELOAD_KIND_INTEGER:
    case RELOAD_KIND_OP:
    case RELOAD_KIND_TRANSPORT:
        for (size_t i = 0; i < len; i++)
            value->number = value->number << 8 | octets[i];
        break;
    case RELOAD_KIND_RESPONSE:
        value->number = octets[2] * 100u + octets[3];
        value->octets = octets + 4;
        value->len = len - 4;
        break;
    case RELOAD_KIND_IP_PORT:
        value->protocol = octets[0];
        value->ipv6 = octets[1] == FAMILY_IPV6;
        value->port = rl_get16(octets + 2);
        memcpy(value->address, octets + 4, len - 4);
        break;
    case RELOAD_KIND_TEXT:
    case RELOAD_KIND_ID:
    case RELOAD_KIND_OCTETS:
    case RELOAD_KIND_COMPOSITE:
    default:
        value->octets = octets;
        value->len = len;
        break;
    }
}

/* Appends a number of size octets; RELOAD_ERR_VALUE if it does not fit. */
static void put_number(reload_buf *buf, uint32_t number, size_t size)
{
    uint8_t octets[4];
    rl_put32(octets, number);
    if (size < 4 && number >> (8 * size) != 0 && buf->err == RELOAD_OK)
        buf->err = RELOAD_ERR_VALUE;
    reload_buf_append(buf, octets + 4 - size, size);
}

void rl_kind_encode(const reload_value *value, reload_buf *buf)
{
    size_t start = buf->len;
    switch (value->kind) {
    case RELOAD_KIND_SECONDS:
    case RELOAD_KIND_TIME:
    case RELOAD_KIND_INTEGER:
        put_number(buf, value->number, 4);
        break;
    case RELOAD_KIND_OP:
        put_number(buf, value->number, 1);
        break;
    case RELOAD_KIND_TRANSPORT:
        put_number(buf, value->number, 2);
        break;
    case RELOAD_KIND_RESPONSE: {
        uint8_t code[4] = {0, 0, (uint8_t)(value->number / 100), (uint8_t)(value->number % 100)};
        if ((value->number < 100 || value->number > 799) && buf->err == RELOAD_OK)
            buf->err = RELOAD_ERR_VALUE;
        reload_buf_append(buf, code, sizeof code);
        reload_buf_append(buf, value->octets, value->len);
        break;
    }
    case RELOAD_KIND_IP_PORT: {
        uint8_t head[4] = {value->protocol, value->ipv6 ? FAMILY_IPV6 : FAMILY_IPV4};
        rl_put16(head + 2, value->port);
        reload_buf_append(buf, head, sizeof head);
        reload_buf_append(buf, value->address, value->ipv6 ? 16 : 4);
        break;
    }
    case RELOAD_KIND_TEXT:
    case RELOAD_KIND_ID:
    case RELOAD_KIND_OCTETS:
    case RELOAD_KIND_COMPOSITE:
    default:
        reload_buf_append(buf, value->octets, value->len);
        break;
    }
    if (buf->err != RELOAD_OK)
        return;
    const uint8_t *written = buf->len > start ? buf->octets + start : NULL;
    if (rl_kind_check(value->kind, written, buf->len - start) != RELOAD_FLAW_NONE)
        buf->err = RELOAD_ERR_VALUE;
}

const char *reload_flaw_text(reload_flaw flaw)
{
    switch (flaw) {
    case RELOAD_FLAW_NONE:
        return "no flaw";
    case RELOAD_FLAW_HEAD:
        return "fewer than four octets left, too few for an attribute's type and Length";
    case RELOAD_FLAW_LENGTH:
        return "an attribute's Length runs past the end of its container";
    case RELOAD_FLAW_PADDING:
        return "an attribute's padding runs past the end of its container";
    case RELOAD_FLAW_DEPTH:
        return "nested deeper than 16 attributes";
    case RELOAD_FLAW_SIZE:
        return "wrong length for its type";
    case RELOAD_FLAW_UTF8:
        return "not UTF-8";
    case RELOAD_FLAW_NUL:
        return "text with a NUL";
    case RELOAD_FLAW_RESERVED:
        return "reserved bits not zero";
    case RELOAD_FLAW_CODE:
        return "response class not 1 to 7, or number over 99";
    case RELOAD_FLAW_FAMILY:
        return "address family neither 1 (IPv4) nor 2 (IPv6)";
    case RELOAD_FLAW_ADDRESS:
        return "wrong length for its address family";
    }
    return "unknown flaw";
}
