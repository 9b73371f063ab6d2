#include "common/tool.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <termios.h>
#include <unistd.h>

enum { MAX_SECRET = 64 * 1024, MAX_KEY = 64 * 1024, MAX_PROFILE = 1024 * 1024 };

bool file_read(struct tool *tool, const char *path, size_t max, reload_buf *buf, bool secret)
{
    uint8_t chunk[4096];
    struct stat st;
    int fd = open(path, O_RDONLY | O_NOCTTY);
    ssize_t n = -1;
    if (fd >= 0) {
        if (secret && fstat(fd, &st) == 0 && S_ISREG(st.st_mode) &&
            (st.st_mode & (S_IRGRP | S_IROTH)) != 0)
            tool_warn(tool, "%s: warning: others can read this file; chmod 600 keeps them out",
                      path);
        while (buf->err == RELOAD_OK && buf->len <= max &&
               ((n = read(fd, chunk, sizeof chunk)) > 0 || (n < 0 && errno == EINTR)))
            if (n > 0)
                reload_buf_append(buf, chunk, (size_t)n);
    }
    int cause = errno;
    if (fd >= 0)
        (void)close(fd);
    if (secret)
        tool_keep(tool, path);
    explicit_bzero(chunk, sizeof chunk);
    if (n < 0)
        tool_error(tool, STATUS_FAILED, "%s: %s", path, strerror(cause));
    else if (buf->err != RELOAD_OK)
        tool_error(tool, STATUS_FAILED, "%s: %s", path, reload_strerror(buf->err));
    else if (buf->len > max)
        tool_error(tool, STATUS_FAILED, "%s: longer than %zu octets", path, max);
    else
        return true;
    return false;
}

bool secret_read(struct tool *tool, const char *path, reload_buf *secret)
{
    reload_buf octets = {0};
    reload_diag diag = {0};
    reload_err err = RELOAD_ERR_READ;
    if (file_read(tool, path, MAX_SECRET, &octets, true)) {
        err = reload_secret_parse(octets.octets, octets.len, secret, &diag);
        if (err != RELOAD_OK && diag.has_offset)
            tool_error(tool, STATUS_FAILED, "%s: offset %" PRIu64 ": %s", path, diag.offset,
                       diag.text);
        else if (err != RELOAD_OK)
            tool_error(tool, STATUS_FAILED, "%s: %s", path, diag.text);
    }
    reload_buf_free(&octets);
    return err == RELOAD_OK;
}

/* A diag's place and cause on standard error. */
static void say_diag(struct tool *tool, const char *path, const reload_diag *diag)
{
    if (diag->line > 0)
        tool_error(tool, STATUS_FAILED, "%s: line %u, column %u: %s", path, diag->line,
                   diag->column, diag->text);
    else if (diag->has_pointer && diag->pointer[0] != '\0')
        tool_error(tool, STATUS_FAILED, "%s: %s: %s", path, diag->pointer, diag->text);
    else
        tool_error(tool, STATUS_FAILED, "%s: %s", path, diag->text);
}

/* Asks on the terminal, without showing what is typed. */
static bool ask_passphrase(struct tool *tool, const char *path, reload_buf *passphrase)
{
    struct termios shown, hidden;
    char line[1024];
    FILE *terminal = fopen("/dev/tty", "r+");
    if (terminal == NULL || tcgetattr(fileno(terminal), &shown) != 0) {
        tool_error(tool, STATUS_FAILED,
                   "%s: the key wants a passphrase, and there is no terminal to ask for it; "
                   "--passphrase-file "
                   "reads it from a file",
                   path);
        if (terminal != NULL)
            (void)fclose(terminal);
        return false;
    }
    (void)setvbuf(terminal, NULL, _IONBF, 0); /* nothing typed stays in a buffer */
    hidden = shown;
    hidden.c_lflag &= ~(tcflag_t)ECHO;
    (void)fprintf(terminal, "Passphrase for %s: ", path);
    (void)fflush(terminal);
    (void)tcsetattr(fileno(terminal), TCSAFLUSH, &hidden);
    bool typed = fgets(line, sizeof line, terminal) != NULL;
    (void)tcsetattr(fileno(terminal), TCSAFLUSH, &shown);
    (void)fputc('\n', terminal);
    (void)fclose(terminal);
    if (typed) {
        line[strcspn(line, "\r\n")] = '\0';
        reload_buf_append(passphrase, line, strlen(line) + 1);
    } else {
        tool_error(tool, STATUS_FAILED, "%s: no passphrase was typed", path);
    }
    explicit_bzero(line, sizeof line);
    return typed;
}

/* The passphrase in a file, one trailing LF or CR LF left out, with a terminating NUL. */
static bool read_passphrase(struct tool *tool, const char *path, reload_buf *passphrase)
{
    if (!file_read(tool, path, MAX_SECRET, passphrase, true))
        return false;
    if (passphrase->len > 0 && passphrase->octets[passphrase->len - 1] == '\n')
        passphrase->len--;
    if (passphrase->len > 0 && passphrase->octets[passphrase->len - 1] == '\r')
        passphrase->len--;
    reload_buf_append(passphrase, "", 1);
    return passphrase->err == RELOAD_OK;
}

bool key_read(struct tool *tool, const char *path, const char *passphrase_file, key_taker take,
              void *arg)
{
    reload_buf octets = {0}, passphrase = {0};
    reload_diag diag = {0};
    bool taken = false;
    if (file_read(tool, path, MAX_KEY, &octets, true) &&
        (passphrase_file == NULL || read_passphrase(tool, passphrase_file, &passphrase))) {
        reload_err err =
            take(arg, octets.octets, octets.len, (const char *)passphrase.octets, &diag);
        if (err == RELOAD_ERR_REFUSED && passphrase_file == NULL) {
            if (ask_passphrase(tool, path, &passphrase)) {
                err = take(arg, octets.octets, octets.len, (const char *)passphrase.octets, &diag);
                if (err != RELOAD_OK)
                    say_diag(tool, path, &diag);
            }
        } else if (err != RELOAD_OK) {
            say_diag(tool, path, &diag);
        }
        taken = err == RELOAD_OK;
    }
    reload_buf_free(&octets);
    reload_buf_free(&passphrase);
    return taken;
}

void file_list_add(const struct tool *tool, struct file_list *list, const char *option,
                   const char *name)
{
    if (list->count == RELOAD_MAX_FILES)
        tool_usage(tool, "%s: more than %d files", option, RELOAD_MAX_FILES);
    list->names[list->count++] = name;
}

/* Makes the name of a file in a profile relative to where the profile lies. */
static bool relocate(char **name, const char *profile_path)
{
    const char *slash = strrchr(profile_path, '/');
    size_t len = slash == NULL ? 0 : (size_t)(slash - profile_path) + 1, name_len = strlen(*name);
    if (len == 0 || (*name)[0] == '/')
        return true;
    char *joined = malloc(len + name_len + 1);
    if (joined == NULL)
        return false;
    memcpy(joined, profile_path, len);
    memcpy(joined + len, *name, name_len + 1);
    free(*name);
    *name = joined;
    return true;
}

bool profile_read(struct tool *tool, const char *path, reload_profile *profile)
{
    reload_buf text = {0};
    reload_diag diag = {0};
    bool good = file_read(tool, path, MAX_PROFILE, &text, false);
    if (good &&
        reload_profile_read((const char *)text.octets, text.len, profile, &diag) != RELOAD_OK) {
        say_diag(tool, path, &diag);
        good = false;
    }
    reload_buf_free(&text);
    bool was_read = good;
    char **const lists[] = {profile->ca, profile->intermediates, profile->crl};
    char **const names[] = {&profile->replay_state, &profile->pin};
    for (size_t i = 0; good && i < sizeof names / sizeof names[0]; i++)
        good = *names[i] == NULL || relocate(names[i], path);
    for (size_t i = 0; good && i < sizeof lists / sizeof lists[0]; i++)
        for (size_t k = 0; good && lists[i][k] != NULL; k++)
            good = relocate(&lists[i][k], path);
    if (!good && was_read)
        tool_error(tool, STATUS_FAILED, "%s", reload_strerror(RELOAD_ERR_MEMORY));
    return good;
}
