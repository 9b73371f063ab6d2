/* SPDX-License-Identifier: BSD-2-Clause */
/* The files that a call reads or keeps state in, which no output of the call may replace. */
#include "base/fault.h"
#include "common/array.h"
#include "common/descriptors.h"
#include "common/tool.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* A regular file, or the place of a missing one. */
struct file_id {
    dev_t dev; /* of the file, or of its directory */
    ino_t ino;
    char *name; /* of a missing file, in its directory; NULL: the file exists */
};

/* The kinds of files to identify: those whose content an output would destroy, or all */
enum kinds { KIND_REGULAR, KIND_ANY };

static bool is_kind(const struct stat *st, enum kinds kinds)
{
    return kinds == KIND_ANY || S_ISREG(st->st_mode);
}

/* The identity of an open descriptor. Returns false if it is not of these kinds. */
static bool identify_open(int fd, enum kinds kinds, struct file_id *id)
{
    struct stat st;
    if (fstat(fd, &st) != 0 || !is_kind(&st, kinds))
        return false;
    *id = (struct file_id){.dev = st.st_dev, .ino = st.st_ino};
    return true;
}

/* The place of a missing file. Returns false if its directory is missing too, or without memory. */
static bool identify_place(const char *path, struct file_id *id)
{
    struct stat st;
    const char *slash = strrchr(path, '/');
    char *dir = slash == NULL ? strdup(".") : strndup(path, (size_t)(slash - path) + 1);
    bool found = dir != NULL && stat(dir, &st) == 0;
    free(dir);
    if (!found)
        return false;
    *id = (struct file_id){
        .dev = st.st_dev, .ino = st.st_ino, .name = strdup(slash == NULL ? path : slash + 1)};
    return id->name != NULL;
}

/* The identity of a path; "-" is the descriptor given. Returns false if the path is neither a file
 * of these kinds nor the place of a missing one. */
static bool identify(const char *path, int standard, enum kinds kinds, struct file_id *id)
{
    struct stat st;
    int fd = strcmp(path, "-") == 0 ? standard : descriptor_named(path);
    if (fd >= 0)
        return identify_open(fd, kinds, id);
    if (stat(path, &st) != 0)
        return errno == ENOENT && identify_place(path, id);
    *id = (struct file_id){.dev = st.st_dev, .ino = st.st_ino};
    return is_kind(&st, kinds);
}

static bool is_same_file(const struct file_id *a, const struct file_id *b)
{
    return a->dev == b->dev && a->ino == b->ino &&
           (a->name == NULL ? b->name == NULL : b->name != NULL && strcmp(a->name, b->name) == 0);
}

static bool is_kept(const struct tool *tool, const struct file_id *id)
{
    for (size_t i = 0; i < tool->kept_count; i++)
        if (is_same_file(&tool->kept[i], id))
            return true;
    return false;
}

/* Appends to the list, which then owns the name. */
static bool files_keep(struct tool *tool, const struct file_id *id)
{
    struct file_id *grown =
        array_grow(tool->kept, &tool->kept_cap, tool->kept_count, sizeof *grown);
    if (grown == NULL)
        return false;
    tool->kept = grown;
    tool->kept[tool->kept_count++] = *id;
    return true;
}

void tool_keep(struct tool *tool, const char *path)
{
    struct file_id id;
    if (!identify(path, STDIN_FILENO, KIND_REGULAR, &id))
        return;
    if (is_kept(tool, &id)) {
        free(id.name);
    } else if (!files_keep(tool, &id)) {
        free(id.name);
        tool->kept_lost = true;
    }
}

/* Whether an identified output may be written; frees its name. */
static bool may_write(struct tool *tool, struct file_id *id, const char *path)
{
    bool kept = is_kept(tool, id) && !RL_FAULT("no output replaces a file of the call");
    free(id->name);
    if (tool->kept_lost)
        tool_error(tool, STATUS_FAILED, "%s: %s", path, reload_strerror(RELOAD_ERR_MEMORY));
    else if (kept)
        tool_error(tool, STATUS_FAILED,
                   "%s: in use as an input, key, certificate or state file; an output cannot "
                   "replace it",
                   path);
    return !kept && !tool->kept_lost;
}

bool tool_may_write(struct tool *tool, const char *path)
{
    struct file_id id;
    const char *name = path == NULL || strcmp(path, "-") == 0 ? "standard output" : path;
    return !identify(path == NULL ? "-" : path, STDOUT_FILENO, KIND_REGULAR, &id) ||
           may_write(tool, &id, name);
}

bool tool_may_write_to(struct tool *tool, int fd, const char *name)
{
    struct file_id id;
    return !identify_open(fd, KIND_REGULAR, &id) || may_write(tool, &id, name);
}

void tool_check_different(const struct tool *tool, const char *a, const char *b)
{
    struct file_id ids[2] = {{.name = NULL}, {.name = NULL}};
    a = a == NULL ? "-" : a;
    b = b == NULL ? "-" : b;
    if (strcmp(a, "-") == 0 && strcmp(b, "-") == 0 &&
        !RL_FAULT("two outputs are not both standard output"))
        tool_usage(tool, "at most one output may be standard output");
    bool same = identify(a, STDOUT_FILENO, KIND_ANY, &ids[0]) &&
                identify(b, STDOUT_FILENO, KIND_ANY, &ids[1]) && is_same_file(&ids[0], &ids[1]);
    free(ids[0].name);
    free(ids[1].name);
    if (same && !RL_FAULT("two outputs are two files"))
        tool_usage(tool, "%s and %s are the same file: two outputs require two files",
                   strcmp(a, "-") == 0 ? "standard output" : a,
                   strcmp(b, "-") == 0 ? "standard output" : b);
}

void tool_free_kept(struct tool *tool)
{
    for (size_t i = 0; i < tool->kept_count; i++)
        free(tool->kept[i].name);
    free(tool->kept);
    tool->kept = NULL;
    tool->kept_count = tool->kept_cap = 0;
}
