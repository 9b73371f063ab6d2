/* SPDX-License-Identifier: BSD-2-Clause */
/* The octets of a capture file, uncompressed. */
#include "capture/file.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

void cap_input_open(struct cap_input *in, reload_source source, void *arg)
{
    in->source = source;
    in->arg = arg;
}

void cap_input_close(struct cap_input *in)
{
    if (in->open)
        (void)inflateEnd(&in->z);
    in->open = false;
    free(in->watch.seen);
    in->watch.seen = NULL;
}

static int cap_input_fail(struct cap_input *in, int fault)
{
    in->fault = fault;
    errno = fault > 0 ? fault : EIO;
    return -1;
}

/* Reads more octets, after the unread ones. 1, 0 at the end, or -1. */
static int read_more(struct cap_input *in)
{
    ptrdiff_t n = 0;
    if (!in->ended) {
        do {
            errno = 0;
            n = in->source(in->arg, in->octets + in->len, sizeof in->octets - in->len);
        } while (n < 0 && errno == EINTR);
        if (n < 0)
            return cap_input_fail(in, errno != 0 ? errno : EIO);
    }
    in->ended = n == 0;
    in->len += (size_t)n;
    return n > 0;
}

/* Makes octets available, if none are. 1, 0 at the end, or -1. */
static int fill(struct cap_input *in)
{
    if (in->pos < in->len)
        return 1;
    in->pos = in->len = 0;
    return read_more(in);
}

/* Whether the input is compressed, by its first two octets. */
static int cap_input_decide(struct cap_input *in)
{
    enum { WINDOW = 15 + 16 };
    int more = 1;
    while (in->len < 2 && more > 0)
        more = read_more(in);
    if (more < 0)
        return more;
    in->decided = true;
    in->gzip = in->len >= 2 && in->octets[0] == 0x1f && in->octets[1] == 0x8b;
    if (in->gzip && inflateInit2(&in->z, WINDOW) != Z_OK)
        return cap_input_fail(in, ENOMEM);
    in->open = in->gzip;
    return 0;
}

static ssize_t read_plain(struct cap_input *in, uint8_t *octets, size_t size)
{
    int more = fill(in);
    if (more <= 0)
        return more;
    size_t left = in->len - in->pos, n = left < size ? left : size;
    memcpy(octets, in->octets + in->pos, n);
    in->pos += n;
    return (ssize_t)n;
}

/* Inflates; members of gzip may follow each other. */
static ssize_t read_gzip(struct cap_input *in, uint8_t *octets, size_t size)
{
    z_stream *z = &in->z;
    bool begun = z->total_in > 0;
    z->next_out = octets;
    z->avail_out = (uInt)(size < (1u << 30) ? size : (1u << 30));
    uInt before = z->avail_out;
    if (in->damaged)
        return cap_input_fail(in, -1);
    while (z->avail_out == before) {
        int more = fill(in);
        if (more <= 0)
            return more < 0 || !begun ? more : cap_input_fail(in, -1);
        z->next_in = in->octets + in->pos;
        z->avail_in = (uInt)(in->len - in->pos);
        int result = inflate(z, Z_SYNC_FLUSH);
        in->pos = in->len - z->avail_in;
        begun = true;
        if (result == Z_STREAM_END) {
            begun = false;
            (void)inflateReset(z);
        } else if (result != Z_OK && result != Z_BUF_ERROR) {
            in->damaged = true; /* after what was read */
            return z->avail_out < before ? (ssize_t)(before - z->avail_out)
                                         : cap_input_fail(in, -1);
        }
    }
    return (ssize_t)(before - z->avail_out);
}

ssize_t cap_input_read(struct cap_input *in, uint8_t *octets, size_t size)
{
    if (size == 0 || (!in->decided && cap_input_decide(in) < 0))
        return size == 0 ? 0 : -1;
    ssize_t n = in->gzip ? read_gzip(in, octets, size) : read_plain(in, octets, size);
    in->total += n > 0 ? (uint64_t)n : 0;
    if (n > 0)
        cap_watch_octets(&in->watch, octets, (size_t)n);
    return n;
}

void cap_input_packet(struct cap_input *in, struct cap_seen *seen)
{
    cap_watch_packet(&in->watch, seen);
}
