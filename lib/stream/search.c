/* SPDX-License-Identifier: BSD-2-Clause */
/* Finds where a message ends, and searches a message that is not framed for the next one (D33). The
 * result depends on the stream's octets alone, not on how they arrive. If the source waits, the
 * search later continues from the same place. */
#include "base/fault.h"
#include "stream/stream.h"

enum { STEPS_PER_OCTET = 16, STEPS_AT_LEAST = 1 << 20 }; /* rule 4 */

/* Reads size octets, if the stream has them, and counts them as read. */
static reload_err require(rl_framer *f, size_t size)
{
    reload_err err = rl_framer_need(f, size);
    uint64_t read = f->base + (size < f->avail ? size : f->avail);
    if (err == RELOAD_OK && read > f->read)
        f->read = read;
    return err;
}

/* Whether a number of steps leaves one more. */
static bool steps_left(const rl_framer *f, uint64_t steps)
{
    return steps < STEPS_AT_LEAST || steps / STEPS_PER_OCTET < f->read;
}

/* Whether searches may step over another attribute. */
static bool may_step(const rl_framer *f)
{
    return steps_left(f, f->steps) || RL_FAULT("D33: a search's steps are bounded");
}

/* The octets of the message whose header is at a place, by its Length. */
static size_t promised(const rl_framer *f, size_t at)
{
    return RELOAD_HEADER_SIZE + (size_t)rl_field_get(f->octets + f->start + at, RELOAD_F_LENGTH);
}

static bool too_large(const rl_framer *f, size_t size)
{
    return f->max_message > 0 && size - RELOAD_HEADER_SIZE > f->max_message &&
           !RL_FAULT("D33: --max-message");
}

/* Whether the message at a place is framed and whole. Waits only for octets that help to decide it.
 * counted: the steps count toward the search's bound; beyond the bound, it is not framed. */
static reload_err is_framed(rl_framer *f, size_t at, bool counted, bool *framed)
{
    size_t size = promised(f, at), end = at + size;
    reload_err err = RELOAD_OK;
    *framed = false;
    if (too_large(f, size))
        return RELOAD_OK;
    at = f->resume.walk > 0 ? f->resume.walk : at + RELOAD_HEADER_SIZE;
    f->resume.walk = 0;
    while (at < end) {
        if (end - at < RL_HEAD)
            return RELOAD_OK;
        if ((err = require(f, at + RL_HEAD)) != RELOAD_OK || f->avail < at + RL_HEAD) {
            f->resume.walk = err == RELOAD_ERR_WAITS ? at : 0;
            return err;
        }
        if (counted && !may_step(f))
            return RELOAD_OK;
        *(counted ? &f->steps : &f->walked) += 1;
        size = rl_attr_size(f->octets + f->start + at);
        if (size > end - at)
            return RELOAD_OK;
        at += size;
    }
    err = require(f, end);
    f->resume.walk = err == RELOAD_ERR_WAITS ? end : 0;
    *framed = err == RELOAD_OK && f->avail >= end;
    return err;
}

/* Begins the search of the message at start, which is not framed. */
static void begin_search(rl_framer *f)
{
    f->resume.searching = true;
    f->resume.spent = !may_step(f);
    f->resume.search_at = sizeof rl_token;
}

/* Searches a broken message for the header that ends it, up to limit (rules 3 and 4). */
static reload_err search(rl_framer *f, size_t limit, bool *found)
{
    size_t *at = &f->resume.search_at;
    *found = false;
    for (;; (*at)++) {
        rl_seek seek;
        bool spent = f->resume.spent;
        reload_err err = rl_framer_seek(f, at, limit, &seek);
        if (err != RELOAD_OK || seek != RL_SEEK_FOUND)
            return err;
        *found = spent;
        if (!spent && ((err = require(f, *at + RELOAD_HEADER_SIZE)) != RELOAD_OK ||
                       (err = is_framed(f, *at, true, found)) != RELOAD_OK))
            return err;
        if (*found) {
            f->framed = spent ? 0 : f->base + *at + 1;
            return RELOAD_OK;
        }
        f->resume.spent = !may_step(f);
    }
}

/* Whether the message at start is framed: by its attributes or, after many truncated messages, by a
 * pass that takes linear time for all of them. */
static reload_err begins_framed(rl_framer *f, size_t size, bool *framed)
{
    *framed = f->framed == f->base + 1;
    if (*framed)
        return RELOAD_OK;
    if (steps_left(f, f->walked) || too_large(f, size) || f->avail < size)
        return is_framed(f, 0, false, framed);
    return rl_frames_ask(f, size, framed);
}

reload_err rl_framer_end(rl_framer *f, size_t *len, bool *cut)
{
    size_t size = promised(f, 0);
    bool framed = false;
    reload_err err = RELOAD_OK;
    *len = size;
    *cut = false;
    /* rule 5: a message that is too large is searched at once */
    if (!too_large(f, size))
        err = require(f, size);
    if (err == RELOAD_OK && !f->resume.searching) {
        err = begins_framed(f, size, &framed);
        if (err == RELOAD_OK && !framed && !RL_FAULT("D33: a broken message is searched"))
            begin_search(f);
    }
    if (err == RELOAD_OK && f->resume.searching)
        err = search(f, size, cut);
    if (err == RELOAD_OK && *cut)
        *len = f->resume.search_at;
    return err == RELOAD_OK && !*cut ? require(f, size) : err;
}
