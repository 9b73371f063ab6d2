/* SPDX-License-Identifier: BSD-2-Clause */
/* reload-keygen: shared secrets, CAs, certificates, identifiers. */
#include "common/descriptors.h"
#include "keygen/keygen.h"

#include <string.h>

static const struct {
    const char *name;
    int (*main)(int argc, char **argv);
} commands[] = {
    {"secret", secret_main},   {"id", id_main},
    {"ca", ca_main},           {"issue", issue_main},
    {"request", request_main}, {"revoke", revoke_main},
    {"crl", crl_main},         {"self-signed", self_signed_main},
};

static const struct option_row no_rows[] = {OPTION_END};

static const struct command_line keygen_line = {
    "reload-keygen secret --output=FILE [options]\n"
    "reload-keygen id (--resource=KEY | --address=IP:PORT | --uuid | --overlay=NAME) [options]\n"
    "reload-keygen ca --overlay=NAME --output=DIR [options]\n"
    "reload-keygen issue --ca=DIR --output=PREFIX [options]\n"
    "reload-keygen request --output=PREFIX [options]\n"
    "reload-keygen revoke --ca=DIR --serial=HEX [options]\n"
    "reload-keygen crl --ca=DIR [--output=FILE] [options]\n"
    "reload-keygen self-signed --overlay=NAME --output=PREFIX [options]",
    "Makes shared secrets, CAs, certificates and identifiers. 'reload-keygen COMMAND --help' lists "
    "a command's options.",
    no_rows, false};

int main(int argc, char **argv)
{
    struct tool tool = {.name = "reload-keygen"};
    descriptors_open_standard();
    for (size_t i = 0; argc > 1 && i < sizeof commands / sizeof commands[0]; i++)
        if (strcmp(argv[1], commands[i].name) == 0)
            return commands[i].main(argc - 1, argv + 1);
    int operand = arguments_parse(&tool, &keygen_line, argc, argv, NULL);
    if (operand < argc)
        tool_usage(&tool, "unknown command \"%s\"", argv[operand]);
    tool_usage(&tool, "a command is required: secret, id, ca, issue, request, revoke, crl or "
                      "self-signed");
}
