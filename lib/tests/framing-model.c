/* SPDX-License-Identifier: BSD-2-Clause */
#include "framing-model.h"

#include <string.h>

size_t framing_number(const struct framing_model *m, size_t at, size_t octets)
{
    size_t value = 0;
    for (size_t i = 0; i < octets; i++)
        value = value << 8 | m->octets[at + i];
    return value;
}

bool framing_is_header(const struct framing_model *m, size_t at)
{
    return m->len - at >= 68 && memcmp(m->octets + at, "RELO", 4) == 0;
}

static bool is_plausible(const struct framing_model *m, size_t at)
{
    const uint8_t *h = m->octets + at;
    return framing_is_header(m, at) && h[5] <= 2 && (framing_number(m, at + 6, 2) & 0x3fff) == 0 &&
           (h[8] & 0x7f) == 1 && h[9] <= 15 && h[10] <= 15 && h[11] <= 15 && (h[12] & 0x40) == 0;
}

static void require(struct framing_model *m, size_t to)
{
    to = to < m->len ? to : m->len;
    m->read = to > m->read ? to : m->read;
}

static bool is_spent(const struct framing_model *m)
{
    uint64_t limit = 16 * (uint64_t)m->read;
    return m->steps >= (limit > 1048576 ? limit : 1048576);
}

bool framing_is_framed(struct framing_model *m, size_t at, bool search)
{
    size_t length = framing_number(m, at + 13, 3), end = at + 68 + length;
    if (length > m->max)
        return false;
    for (at += 68; at + 4 <= end && at + 4 <= m->len;
         at += 4 + (framing_number(m, at + 2, 2) + 3) / 4 * 4) {
        require(m, at + 4);
        if (search && is_spent(m))
            return false;
        m->steps += search;
    }
    if (at == end)
        require(m, end);
    return at == end && end <= m->len;
}

/* The place at which a message ends. *cut: the next message begins there. */
static size_t end_of(struct framing_model *m, size_t at, bool *cut)
{
    size_t length = framing_number(m, at + 13, 3), end = at + 68 + length;
    *cut = false;
    require(m, at + 68 + (length > m->max ? 0 : length));
    end = end < m->len ? end : m->len;
    if (!framing_is_framed(m, at, false)) {
        bool spent = is_spent(m);
        for (size_t i = at + 4; i < end; i++) {
            if (!is_plausible(m, i))
                continue;
            require(m, i + 68);
            if ((*cut = spent || framing_is_framed(m, i, true)))
                return i;
            spent = is_spent(m);
        }
    }
    require(m, end);
    return end;
}

void framing_read(struct framing_model *m)
{
    bool anywhere = true;
    size_t at = 0;
    while (at < m->len) {
        size_t end = at + 1;
        bool cut;
        if (!(anywhere ? framing_is_header(m, at) : is_plausible(m, at))) {
            while (end < m->len && !is_plausible(m, end))
                end++;
            m->note(m->arg, 'G', at, end, RELOAD_ERR_NO_MESSAGE);
            anywhere = false;
        } else {
            bool large = framing_number(m, at + 13, 3) > m->max;
            end = end_of(m, at, &cut);
            anywhere = !(cut && end - at < 68);
            if (anywhere)
                m->note(m->arg, 'M', at, end,
                        cut || (large && end - at == 68 + framing_number(m, at + 13, 3))
                            ? RELOAD_ERR_MALFORMED
                            : 0);
            else
                m->note(m->arg, 'G', at, end, RELOAD_ERR_NO_MESSAGE);
        }
        at = end;
    }
}
