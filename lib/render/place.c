/* SPDX-License-Identifier: BSD-2-Clause */
/* Where and when a message was found, as text. */
#include "render/print.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

__attribute__((format(printf, 3, 4))) static void append(char *text, size_t size,
                                                         const char *format, ...)
{
    size_t used = strlen(text);
    va_list args;
    va_start(args, format);
    if (used < size)
        (void)vsnprintf(text + used, size - used, format, args);
    va_end(args);
}

/* "3-5,8": at most a few runs of frame numbers, then "...". */
static void append_frames(char *text, size_t size, const reload_capture *capture)
{
    enum { MAX_RUNS = 4 };
    const uint64_t *frames = capture->frames;
    size_t count = capture->frame_count, runs = 0;
    for (size_t i = 0, end; i < count && runs <= MAX_RUNS; i = end, runs++) {
        for (end = i + 1; end < count && frames[end] == frames[end - 1] + 1; end++)
            ;
        if (runs == MAX_RUNS)
            append(text, size, ",...");
        else if (end - i > 1)
            append(text, size, "%s%" PRIu64 "-%" PRIu64, i > 0 ? "," : "", frames[i],
                   frames[end - 1]);
        else
            append(text, size, "%s%" PRIu64, i > 0 ? "," : "", frames[i]);
    }
}

void rl_print_frames(reload_printer *p, const reload_capture *capture)
{
    char text[RELOAD_PLACE_SIZE] = "";
    append_frames(text, sizeof text, capture);
    reload_print_raw(p, text, strlen(text));
}

void rl_print_capture_time(reload_printer *p, const reload_origin *origin)
{
    const reload_capture *capture = origin->capture;
    char text[RELOAD_TIME_SIZE] = "-";
    if (origin->captured != RELOAD_NO_TIME)
        reload_time_fraction_text(capture->seconds, capture->fraction, capture->digits, text);
    reload_print(p, "%s", text);
}

/* "frames 3-5, 2007-07-08T12:00:00.123456Z, UDP 10.4.1.2:5060 > 10.4.1.3:5060, " */
static void append_capture(char *text, size_t size, const reload_origin *origin)
{
    const reload_capture *capture = origin->capture;
    char time[RELOAD_TIME_SIZE], source[56], destination[56];
    append(text, size, "frame%s ", capture->frame_count == 1 ? "" : "s");
    append_frames(text, size, capture);
    reload_time_fraction_text(capture->seconds, capture->fraction, capture->digits, time);
    if (origin->captured != RELOAD_NO_TIME)
        append(text, size, ", %s", time);
    reload_address_format(&capture->source, source, sizeof source);
    reload_address_format(&capture->destination, destination, sizeof destination);
    append(text, size, ", %s %s > %s, ", capture->transport, source, destination);
}

const char *reload_place_text(const reload_origin *origin, char text[RELOAD_PLACE_SIZE])
{
    text[0] = '\0';
    if (origin->capture != NULL)
        append_capture(text, RELOAD_PLACE_SIZE, origin);
    append(text, RELOAD_PLACE_SIZE, "offset %" PRIu64, origin->offset);
    return text;
}

void rl_print_place(reload_printer *p, const reload_origin *origin, const char *after)
{
    char text[RELOAD_PLACE_SIZE];
    if (origin->size < sizeof *origin) {
        reload_printer_fail(p, RELOAD_ERR_ARGUMENT);
        return;
    }
    reload_print(p, "%" PRIu64 "%s", origin->index, after);
    rl_escape(&p->line, (const uint8_t *)origin->file, strlen(origin->file), 0);
    if (origin->capture == NULL) {
        reload_print(p, ", offset %" PRIu64 ": ", origin->offset);
        return;
    }
    reload_print(p, ", ");
    (void)reload_place_text(origin, text);
    reload_print_raw(p, text, strlen(text));
    reload_print(p, ": ");
}
