/* SPDX-License-Identifier: BSD-2-Clause */
/* Passphrases of keys, from a file or typed at a terminal. */
#include "common/tool.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

enum { MAX_LINE = 1023 };

/* Appends an octet. Returns false after reporting that memory is short. */
static bool end_passphrase(struct tool *tool, const char *path, reload_buf *passphrase)
{
    reload_buf_append(passphrase, "", 1);
    if (passphrase->err != RELOAD_OK)
        tool_error_file(tool, STATUS_FAILED, path, "%s", reload_strerror(passphrase->err));
    return passphrase->err == RELOAD_OK;
}

/* Ends a passphrase that was read from a file. */
static bool take_line(struct tool *tool, const char *path, reload_buf *passphrase)
{
    content_warn(tool, path, passphrase, &kind_passphrase);
    if (passphrase->len > 0 && passphrase->octets[passphrase->len - 1] == '\n')
        passphrase->len--;
    if (passphrase->len > 0 && passphrase->octets[passphrase->len - 1] == '\r')
        passphrase->len--;
    if (passphrase->len == 0 || memchr(passphrase->octets, 0, passphrase->len) == NULL)
        return end_passphrase(tool, path, passphrase);
    tool_error_file(tool, STATUS_FAILED, path, "a NUL, which a passphrase cannot have");
    return false;
}

const char *passphrase_read(struct tool *tool, const char *path)
{
    reload_buf *passphrase = &tool->passphrase;
    if (passphrase->len == 0 && (!file_read(tool, path, &kind_passphrase, passphrase) ||
                                 !take_line(tool, path, passphrase)))
        reload_buf_free(passphrase);
    return (const char *)passphrase->octets;
}

/* ---- Signals that would leave the terminal without echo ---- */

static const int caught[] = {SIGHUP, SIGINT, SIGQUIT, SIGTERM, SIGTSTP};
enum { CAUGHT = sizeof caught / sizeof caught[0] };

static volatile sig_atomic_t arrived; /* the signal, or 0 */

static void on_signal(int number)
{
    arrived = number;
}

struct signals {
    struct sigaction actions[CAUGHT];
    sigset_t mask;
};

/* Catches the signals and blocks them, except while ppoll waits. */
static void catch_signals(struct signals *old)
{
    const struct sigaction action = {.sa_handler = on_signal};
    sigset_t blocked;
    arrived = 0;
    (void)sigemptyset(&blocked);
    for (size_t i = 0; i < CAUGHT; i++)
        (void)sigaddset(&blocked, caught[i]);
    (void)sigprocmask(SIG_BLOCK, &blocked, &old->mask);
    for (size_t i = 0; i < CAUGHT; i++)
        if (sigaction(caught[i], NULL, &old->actions[i]) == 0 &&
            old->actions[i].sa_handler != SIG_IGN)
            (void)sigaction(caught[i], &action, NULL);
}

/* Restores the handlers, and delivers the signal that arrived. */
static void release_signals(const struct signals *old)
{
    for (size_t i = 0; i < CAUGHT; i++)
        (void)sigaction(caught[i], &old->actions[i], NULL);
    if (arrived != 0)
        (void)raise(arrived);
    (void)sigprocmask(SIG_SETMASK, &old->mask, NULL);
}

/* ---- The prompt ---- */

/* Reads a line of at most MAX_LINE octets; what exceeds it is dropped. Returns its length, or -1
 * at the end of input, or if a signal arrives. */
static int read_line(int terminal, const sigset_t *mask, char line[MAX_LINE + 1])
{
    int len = 0;
    for (;;) {
        struct pollfd ready = {.fd = terminal, .events = POLLIN};
        char c;
        if (ppoll(&ready, 1, NULL, mask) < 0 && (arrived != 0 || errno != EINTR))
            return -1;
        if (ready.revents == 0)
            continue;
        if (read(terminal, &c, 1) != 1)
            return -1;
        if (c == '\n' || c == '\r')
            return len;
        if (len < MAX_LINE)
            line[len++] = c;
    }
}

/* One attempt at the prompt, which a signal may end. */
static int prompt(int terminal, const char *path, const struct termios *shown,
                  char line[MAX_LINE + 1])
{
    struct termios hidden = *shown;
    struct signals old;
    catch_signals(&old);
    hidden.c_lflag &= ~(tcflag_t)ECHO;
    (void)tcsetattr(terminal, TCSAFLUSH, &hidden);
    (void)dprintf(terminal, "Passphrase for %s: ", path);
    int len = read_line(terminal, &old.mask, line);
    (void)tcsetattr(terminal, TCSAFLUSH, shown);
    (void)dprintf(terminal, "\n");
    release_signals(&old);
    return len;
}

bool passphrase_ask(struct tool *tool, const char *path, reload_buf *passphrase)
{
    struct termios shown;
    char line[MAX_LINE + 1];
    tool_hide_memory();
    int terminal = open("/dev/tty", O_RDWR | O_CLOEXEC), len;
    if (terminal < 0 || tcgetattr(terminal, &shown) != 0) {
        tool_error_file(tool, STATUS_FAILED, path,
                        "the key is encrypted: passphrase required, but no terminal is available; "
                        "use --passphrase-file");
        if (terminal >= 0)
            (void)close(terminal);
        return false;
    }
    do /* again after the process was stopped and continued */
        len = prompt(terminal, path, &shown, line);
    while (len < 0 && arrived == SIGTSTP);
    (void)close(terminal);
    if (len >= 0)
        reload_buf_append(passphrase, line, (size_t)len);
    else
        tool_error_file(tool, STATUS_FAILED, path, "passphrase required, but none was entered");
    explicit_bzero(line, sizeof line);
    return len >= 0 && end_passphrase(tool, path, passphrase);
}
