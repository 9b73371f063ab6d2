/* SPDX-License-Identifier: BSD-2-Clause */
#include "base/fault.h"
#include "common/captures.h"
#include "common/descriptors.h"
#include "common/progress.h"
#include "common/text.h"
#include "common/tool.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

bool input_open(struct input *in, struct tool *tool, const struct input_options *options,
                char **files, int count, struct output *flushed)
{
    *in = (struct input){.tool = tool,
                         .options = *options,
                         .files = files,
                         .count = count,
                         .flushed = flushed,
                         .fd = -1};
    captures_warn(tool, options);
    in->reader = reload_reader_new();
    in->msg = reload_msg_new();
    if (in->reader != NULL && in->msg != NULL)
        return true;
    tool_error(tool, STATUS_FAILED, "%s", reload_strerror(RELOAD_ERR_MEMORY));
    input_close(in);
    return false;
}

/* Output goes out before the tool waits for input. */
static void input_before_wait(struct input *in)
{
    if (in->before_wait != NULL)
        in->before_wait(in->before_wait_arg);
    else
        input_settle(in);
    if (in->flushed != NULL)
        output_flush(in->flushed);
}

/* A reload_source. */
static ptrdiff_t read_file(void *arg, uint8_t *octets, size_t size)
{
    struct input *in = arg;
    struct pollfd ready = {.fd = in->fd, .events = POLLIN};
    if (poll(&ready, 1, 0) <= 0 && !RL_FAULT("S§8: output is written before input pauses"))
        input_before_wait(in);
    ptrdiff_t n = descriptor_read(in->fd, octets, size);
    progress_octets(n > 0 ? (size_t)n : 0);
    progress_show(in->index);
    return n;
}

/* A reload_source: the octets that were read to recognise the file, then the rest. If memory for
 * the first octets was short, they are lost, and the rest is not read. */
static ptrdiff_t read_input(void *arg, uint8_t *octets, size_t size)
{
    struct input *in = arg;
    size_t left = in->head.len - in->head_pos, n = left < size ? left : size;
    if (left == 0 && in->head.err != RELOAD_OK) {
        errno = ENOMEM;
        return -1;
    }
    if (left == 0)
        return in->head_over ? 0 : read_file(in, octets, size);
    memcpy(octets, in->head.octets + in->head_pos, n);
    in->head_pos += n;
    return (ptrdiff_t)n;
}

/* Whether the file is a capture, according to its first octets or the options. If the file cannot
 * be read, its reader reports the error. *foreign: the name of a format that is not supported. */
static bool recognise(struct input *in, const char **foreign)
{
    enum capture_kind kind = CAPTURE_MORE;
    uint8_t octets[4096];
    const struct input_form *form = &in->options.form;
    in->head_pos = 0;
    in->head_over = false;
    reload_buf_reset(&in->head);
    if (!form->capture && form->form != RELOAD_FORM_AUTO)
        return false;
    while (kind == CAPTURE_MORE) {
        ptrdiff_t n = read_file(in, octets, sizeof octets);
        if (n < 0)
            return form->capture;
        in->head_over = n == 0;
        reload_buf_append(&in->head, octets, (size_t)n);
        if (in->head.err != RELOAD_OK)
            return form->capture;
        kind = capture_recognise(in->head.octets, in->head.len, in->head_over, foreign);
    }
    return form->capture || ((kind == CAPTURE_YES || kind == CAPTURE_FOREIGN) &&
                             !RL_FAULT("captures: a capture is recognised"));
}

static void close_file(struct input *in)
{
    progress_hide();
    if (in->fd > STDIN_FILENO)
        (void)close(in->fd);
    in->fd = -1;
}

/* Opens a file, which may wait for the writer of a FIFO. */
static int open_file(struct input *in)
{
    struct stat st;
    if (stat(in->file, &st) == 0 && !S_ISREG(st.st_mode) &&
        !RL_FAULT("S§8: output is written before a pipe is opened"))
        input_before_wait(in);
    return open(in->file, O_RDONLY | O_NOCTTY);
}

static void input_open_reader(struct input *in)
{
    const reload_reader_options options = {.size = sizeof options,
                                           .form = in->options.form.form,
                                           .max_message = (uint32_t)in->options.max_message};
    (void)reload_reader_open_with(in->reader, &options, read_input, in);
}

/* Reports a file that is not a capture. */
static void refuse_file(struct input *in)
{
    in->unread = true;
    tool_error_file(in->tool, STATUS_USAGE, in->file, "not a capture, which --annotate requires");
    close_file(in);
}

/* The size of a regular file; 0: of anything else. */
static uint64_t input_size(int fd)
{
    struct stat st;
    return fstat(fd, &st) == 0 && S_ISREG(st.st_mode) && st.st_size > 0 ? (uint64_t)st.st_size : 0;
}

/* Opens the next file that can be opened. Returns false if none is left. */
static bool next_file(struct input *in)
{
    while (in->next < (in->count > 0 ? in->count : 1)) {
        in->file = in->count > 0 ? in->files[in->next] : "-";
        in->next++;
        in->fd = strcmp(in->file, "-") == 0 ? STDIN_FILENO : open_file(in);
        if (in->fd >= 0) {
            in->empty = true;
            progress_begin(in->tool, in->options.progress, input_size(in->fd));
            const char *foreign = NULL;
            in->is_capture = recognise(in, &foreign);
            if (!in->is_capture && in->options.captures_only)
                refuse_file(in);
            else if (!in->is_capture)
                input_open_reader(in);
            else if (!captures_open(in, read_input, foreign))
                close_file(in);
            return true;
        }
        in->unread = true;
        file_error(in->tool, in->file, &kind_messages, errno);
    }
    return false;
}

/* Makes an item the current one. Returns RELOAD_OK, or the error if the item cannot be read. */
static reload_err set_item(struct input *in, const reload_item *item, const char *file)
{
    reload_diag diag;
    in->item = item;
    in->empty = false;
    in->index++;
    in->length = item->extent;
    in->numbers = NULL;
    in->ends = (reload_capture){
        .source = item->source, .destination = item->destination, .transport = item->transport};
    in->origin = (reload_origin){.size = sizeof in->origin,
                                 .file = file,
                                 .offset = item->offset,
                                 .index = in->index,
                                 .captured = item->captured};
    return item->kind == RELOAD_ITEM_MESSAGE ? reload_item_parse(item, in->msg, &diag) : RELOAD_OK;
}

/* Takes what the reader returned. Returns false, with the file closed, at its end or an error. */
static bool take_item(struct input *in, reload_err err)
{
    if (err == RELOAD_OK && in->item->kind != RELOAD_ITEM_END &&
        (err = set_item(in, in->item, in->file)) == RELOAD_OK)
        return true;
    in->unread = in->unread || err != RELOAD_OK;
    if (err == RELOAD_ERR_READ)
        file_error(in->tool, in->file, &kind_messages, errno);
    else if (err != RELOAD_OK)
        tool_error_file(in->tool, STATUS_FAILED, in->file, "%s", reload_strerror(err));
    else if (in->empty)
        tool_error_file(in->tool, STATUS_MALFORMED, in->file, "no message in it");
    close_file(in);
    return false;
}

/* Takes the next item of a capture. Returns false at the file's end, or an error. */
static bool take_captured(struct input *in)
{
    const struct capture_item *captured = captures_next(in);
    if (captured == NULL) {
        close_file(in);
        return false;
    }
    reload_err err = set_item(in, &captured->item, captured->file);
    in->origin.capture = &captured->facts;
    in->numbers = captured->numbers;
    in->ends = captured->facts;
    if (err == RELOAD_OK)
        return true;
    in->unread = true;
    tool_error_file(in->tool, STATUS_FAILED, in->file, "%s", reload_strerror(err));
    close_file(in);
    return false;
}

bool input_next(struct input *in)
{
    for (;;) {
        if (in->ending) { /* before the next file, if that is open */
            int fd = in->fd;
            in->fd = -1;
            bool taken = take_captured(in);
            in->fd = fd;
            if (taken)
                return true;
            captures_over(in);
        }
        if (in->fd < 0 && !next_file(in)) {
            if (!in->in_capture)
                return false;
            captures_end(in);
        } else if (in->fd >= 0 && !in->is_capture && in->in_capture) {
            captures_end(in);
        } else if (in->fd >= 0 && in->is_capture) {
            if (take_captured(in))
                return true;
        } else if (in->fd >= 0 && take_item(in, reload_reader_next(in->reader, &in->item))) {
            return true;
        }
    }
}

void input_close(struct input *in)
{
    close_file(in);
    reload_reader_free(&in->reader);
    reload_msg_free(&in->msg);
    reload_buf_free(&in->head);
    capture_free(&in->capture);
}

void item_error(struct tool *tool, const reload_origin *origin, const struct item_kind *item,
                int status, const reload_diag *diag)
{
    char place[320] = "", where[96];
    uint64_t offset = origin->offset;
    bool text = item->form != RELOAD_FORM_BINARY;
    bool inner = diag->has_offset && item->kind == RELOAD_ITEM_MESSAGE;
    if (inner && !text)
        offset += diag->offset;
    else if (diag->has_offset && !inner)
        offset = diag->offset;
    if (diag->line > 0)
        (void)snprintf(place, sizeof place, "line %u, column %u: ", diag->line, diag->column);
    else if (inner && text)
        (void)snprintf(place, sizeof place, "octet %" PRIu64 " of the message: ", diag->offset);
    else if (diag->has_pointer && item->kind == RELOAD_ITEM_BAD)
        (void)snprintf(place, sizeof place,
                       "%s: ", diag->pointer[0] == '\0' ? "the whole value" : diag->pointer);
    tool_error(tool, status, "%s: %s: message %" PRIu64 ": %s%s", origin->file,
               origin_place(origin, offset, where), origin->index, place, diag->text);
}

void input_error(struct input *in, int status, const reload_diag *diag)
{
    const struct item_kind item = {in->item->kind, in->item->form};
    if (in->reported)
        tool_status(in->tool, status);
    else
        item_error(in->tool, &in->origin, &item, status, diag);
}

bool input_is_message(struct input *in)
{
    if (in->item->kind == RELOAD_ITEM_MESSAGE)
        return true;
    if (in->item->kind == RELOAD_ITEM_GARBAGE) {
        reload_diag diag = in->item->diag;
        (void)snprintf(diag.text, sizeof diag.text, "%zu octet%s of garbage: %.*s", in->item->len,
                       in->item->len == 1 ? "" : "s", text_start(in->item->diag.text, 200),
                       in->item->diag.text);
        input_error(in, STATUS_MALFORMED, &diag);
    } else {
        input_error(in, STATUS_MALFORMED, &in->item->diag);
    }
    return false;
}
