/* SPDX-License-Identifier: BSD-2-Clause */
/* reload-sign: completes and signs messages, strips signatures, appends ROUTE-LOGs. */
#include "common/descriptors.h"
#include "sign/examples.h"
#include "sign/run.h"

#include <string.h>

static void print_example(struct tool *tool, const struct sign_options *options)
{
    struct output out;
    uint32_t method = argument_named(tool, "example", options->example, RELOAD_NAMES_METHOD);
    const char *example = example_of(method);
    if (example == NULL)
        tool_usage(tool, "--example: no example of method \"%s\"", options->example);
    if (output_open(&out, tool, options->output, 0)) {
        (void)output_write(&out, example, strlen(example));
        (void)output_close(&out);
    }
}

static void print_mutations(struct tool *tool, const struct sign_options *options)
{
    struct output out;
    if (output_open(&out, tool, options->output, 0)) {
        mutate_help(&out);
        (void)output_close(&out);
    }
}

int main(int argc, char **argv)
{
    struct tool tool = {.name = "reload-sign"};
    struct sign_options options = SIGN_OPTIONS_INIT;
    descriptors_open_standard();
    sign_options_parse(&tool, &options, argc, argv);
    if (options.example != NULL) {
        print_example(&tool, &options);
    } else if (options.mutate.list != NULL && strcmp(options.mutate.list, "help") == 0) {
        print_mutations(&tool, &options);
    } else {
        sign_options_check(&tool, &options);
        sign_run(&tool, &options);
    }
    policy_free(&options.policy);
    return tool_finish(&tool);
}
