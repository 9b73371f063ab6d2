/* SPDX-License-Identifier: BSD-2-Clause */
/* The place and time of a message, as text. */
#include "render/print.h"

#include <inttypes.h>
#include <stdarg.h>
#include <string.h>

__attribute__((format(printf, 2, 3))) static void append(reload_buf *buf, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    rl_format(buf, format, args);
    va_end(args);
}

/* "3-5,8": at most a few runs of frame numbers, then "...". */
static void append_frames(reload_buf *buf, const reload_capture *capture)
{
    enum { MAX_RUNS = 4 };
    const uint64_t *frames = capture->frames;
    size_t count = capture->frame_count, runs = 0;
    for (size_t i = 0, end; i < count && runs <= MAX_RUNS; i = end, runs++) {
        for (end = i + 1; end < count && frames[end] == frames[end - 1] + 1; end++)
            ;
        if (runs == MAX_RUNS)
            append(buf, ",...");
        else if (end - i > 1)
            append(buf, "%s%" PRIu64 "-%" PRIu64, i > 0 ? "," : "", frames[i], frames[end - 1]);
        else
            append(buf, "%s%" PRIu64, i > 0 ? "," : "", frames[i]);
    }
}

void rl_print_frames(reload_printer *p, const reload_capture *capture)
{
    append_frames(&p->line, capture);
}

void rl_print_capture_time(reload_printer *p, const reload_origin *origin)
{
    const reload_capture *capture = origin->capture;
    char text[RELOAD_TIME_SIZE] = "-";
    if (origin->captured != RELOAD_NO_TIME)
        reload_time_fraction_text(capture->seconds, capture->fraction, capture->digits, text);
    reload_print_raw(p, text, strlen(text));
}

/* "frames 3-5, 2007-07-08T12:00:00.123456Z, UDP 10.4.1.2:5060 > 10.4.1.3:5060, offset 12", without
 * the unknown parts. */
static void append_place(reload_buf *buf, const reload_origin *origin)
{
    const reload_capture *capture = origin->capture;
    char time[RELOAD_TIME_SIZE], source[56], destination[56];
    if (capture != NULL) {
        append(buf, "frame%s ", capture->frame_count == 1 ? "" : "s");
        append_frames(buf, capture);
        reload_time_fraction_text(capture->seconds, capture->fraction, capture->digits, time);
        if (origin->captured != RELOAD_NO_TIME)
            append(buf, ", %s", time);
        reload_address_format(&capture->source, source, sizeof source);
        reload_address_format(&capture->destination, destination, sizeof destination);
        append(buf, ", %s %s > %s, ", capture->transport, source, destination);
    }
    append(buf, "offset %" PRIu64, origin->offset);
}

const char *reload_place_text(const reload_origin *origin, char text[RELOAD_PLACE_SIZE])
{
    reload_buf buf = {0};
    append_place(&buf, origin);
    size_t len = buf.len < RELOAD_PLACE_SIZE ? buf.len : RELOAD_PLACE_SIZE - 1;
    if (len > 0)
        memcpy(text, buf.octets, len);
    text[len] = '\0';
    reload_buf_free(&buf);
    return text;
}

void rl_print_place(reload_printer *p, const reload_origin *origin, const char *after)
{
    if (origin->size < sizeof *origin) {
        reload_printer_fail(p, RELOAD_ERR_ARGUMENT);
        return;
    }
    reload_print(p, "%" PRIu64 "%s", origin->index, after);
    rl_escape(&p->line, (const uint8_t *)origin->file, strlen(origin->file), 0);
    reload_print(p, ", ");
    append_place(&p->line, origin);
    reload_print(p, ": ");
}
