/* SPDX-License-Identifier: BSD-2-Clause */
#include "base/fault.h"
#include "common/descriptors.h"
#include "common/tool.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* ---- Whole files ---- */

/* Warns of a secret file that is not its owner's alone. */
static void check_mode(const struct tool *tool, const char *path, int fd)
{
    struct stat st;
    if (fstat(fd, &st) == 0 && S_ISREG(st.st_mode) && (st.st_mode & (S_IRGRP | S_IROTH)) != 0)
        tool_warn_file(tool, path, "other users can read this file; chmod 600 prevents it");
}

/* Reads an open file to its end and closes it. fd is -1, with errno, if it could not be opened. */
static bool load_open(int fd, size_t max, reload_buf *buf, reload_diag *diag)
{
    uint8_t chunk[4096];
    ssize_t n = -1;
    while (fd >= 0 && buf->err == RELOAD_OK && buf->len <= max &&
           (n = descriptor_read(fd, chunk, sizeof chunk)) > 0)
        reload_buf_append(buf, chunk, (size_t)n);
    *diag = (reload_diag){.code = RELOAD_ERR_READ};
    if (n < 0)
        (void)snprintf(diag->text, sizeof diag->text, "%s", strerror(errno));
    else if (buf->err != RELOAD_OK)
        (void)snprintf(diag->text, sizeof diag->text, "%s", reload_strerror(buf->err));
    else if (buf->len > max)
        (void)snprintf(diag->text, sizeof diag->text, "longer than %zu octets", max);
    else
        diag->code = RELOAD_OK;
    if (fd >= 0)
        (void)close(fd);
    explicit_bzero(chunk, sizeof chunk);
    return diag->code == RELOAD_OK;
}

static int open_whole(const char *path)
{
    return open(path, O_RDONLY | O_NOCTTY);
}

bool file_load(const char *path, size_t max, reload_buf *buf, reload_diag *diag)
{
    return load_open(open_whole(path), max, buf, diag);
}

bool file_read(struct tool *tool, const char *path, size_t max, reload_buf *buf, bool secret)
{
    reload_diag diag;
    int fd = open_whole(path), cause = errno;
    if (fd >= 0 && secret) {
        tool_hide_memory();
        check_mode(tool, path, fd);
    }
    errno = cause;
    if (load_open(fd, max, buf, &diag))
        return true;
    tool_error_file(tool, STATUS_FAILED, path, "%s", diag.text);
    return false;
}

/* ---- Messages ---- */

bool input_open(struct input *in, struct tool *tool, const struct input_options *options,
                char **files, int count, struct output *flushed)
{
    *in = (struct input){.tool = tool,
                         .options = *options,
                         .files = files,
                         .count = count,
                         .flushed = flushed,
                         .fd = -1};
    in->reader = reload_reader_new();
    in->msg = reload_msg_new();
    if (in->reader != NULL && in->msg != NULL)
        return true;
    tool_error(tool, STATUS_FAILED, "%s", reload_strerror(RELOAD_ERR_MEMORY));
    input_close(in);
    return false;
}

/* Output goes out before the tool waits for input. */
static void before_wait(const struct input *in)
{
    if (in->before_wait != NULL)
        in->before_wait(in->before_wait_arg);
    if (in->flushed != NULL)
        output_flush(in->flushed);
}

/* A reload_source. */
static ptrdiff_t read_file(void *arg, uint8_t *octets, size_t size)
{
    struct input *in = arg;
    struct pollfd ready = {.fd = in->fd, .events = POLLIN};
    if (poll(&ready, 1, 0) <= 0 && !RL_FAULT("S§8: output is written before input pauses"))
        before_wait(in);
    return descriptor_read(in->fd, octets, size);
}

static void close_file(struct input *in)
{
    if (in->fd > STDIN_FILENO)
        (void)close(in->fd);
    in->fd = -1;
}

/* Opens a file, which may wait for the writer of a FIFO. */
static int open_file(const struct input *in)
{
    struct stat st;
    if (stat(in->file, &st) == 0 && !S_ISREG(st.st_mode) &&
        !RL_FAULT("S§8: output is written before a pipe is opened"))
        before_wait(in);
    return open(in->file, O_RDONLY | O_NOCTTY);
}

static void open_reader(struct input *in)
{
    const reload_reader_options options = {.size = sizeof options,
                                           .form = in->options.form,
                                           .max_message = (uint32_t)in->options.max_message};
    (void)reload_reader_open_with(in->reader, &options, read_file, in);
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
            open_reader(in);
            return true;
        }
        in->unread = true;
        tool_error_file(in->tool, STATUS_FAILED, in->file, "%s", strerror(errno));
    }
    return false;
}

/* Takes what the reader returned. Returns false, with the file closed, at its end or an error. */
static bool take_item(struct input *in, reload_err err)
{
    reload_diag diag;
    if (err == RELOAD_OK && in->item->kind != RELOAD_ITEM_END) {
        in->empty = false;
        in->index++;
        in->length = in->item->extent;
        in->origin = (reload_origin){.size = sizeof in->origin,
                                     .file = in->file,
                                     .offset = in->item->offset,
                                     .index = in->index,
                                     .captured = in->item->captured};
        if (in->item->kind == RELOAD_ITEM_MESSAGE)
            err = reload_item_parse(in->item, in->msg, &diag);
        if (err == RELOAD_OK)
            return true;
    }
    in->unread = in->unread || err != RELOAD_OK;
    if (err == RELOAD_ERR_READ)
        tool_error_file(in->tool, STATUS_FAILED, in->file, "%s", strerror(errno));
    else if (err != RELOAD_OK)
        tool_error_file(in->tool, STATUS_FAILED, in->file, "%s", reload_strerror(err));
    else if (in->empty)
        tool_error_file(in->tool, STATUS_MALFORMED, in->file, "no message in it");
    close_file(in);
    return false;
}

bool input_next(struct input *in)
{
    for (;;) {
        if (in->fd < 0 && !next_file(in))
            return false;
        if (take_item(in, reload_reader_next(in->reader, &in->item)))
            return true;
    }
}

void input_close(struct input *in)
{
    close_file(in);
    reload_reader_free(&in->reader);
    reload_msg_free(&in->msg);
}

void input_error(struct input *in, int status, const reload_diag *diag)
{
    char place[320] = "";
    uint64_t offset = in->item->offset;
    bool text = in->item->form != RELOAD_FORM_BINARY;
    bool inner = diag->has_offset && in->item->kind == RELOAD_ITEM_MESSAGE;
    if (in->reported) {
        tool_status(in->tool, status);
        return;
    }
    if (inner && !text)
        offset += diag->offset;
    else if (diag->has_offset && !inner)
        offset = diag->offset;
    if (diag->line > 0)
        (void)snprintf(place, sizeof place, "line %u, column %u: ", diag->line, diag->column);
    else if (inner && text)
        (void)snprintf(place, sizeof place, "octet %" PRIu64 " of the message: ", diag->offset);
    else if (diag->has_pointer && in->item->kind == RELOAD_ITEM_BAD)
        (void)snprintf(place, sizeof place,
                       "%s: ", diag->pointer[0] == '\0' ? "the whole value" : diag->pointer);
    tool_error(in->tool, status, "%s: offset %" PRIu64 ": message %" PRIu64 ": %s%s", in->file,
               offset, in->index, place, diag->text);
}

bool input_is_message(struct input *in)
{
    if (in->item->kind == RELOAD_ITEM_MESSAGE)
        return true;
    if (in->item->kind == RELOAD_ITEM_GARBAGE) {
        reload_diag diag = in->item->diag;
        (void)snprintf(diag.text, sizeof diag.text, "%zu octets of garbage: %.200s", in->item->len,
                       in->item->diag.text);
        input_error(in, STATUS_MALFORMED, &diag);
    } else {
        input_error(in, STATUS_MALFORMED, &in->item->diag);
    }
    return false;
}
