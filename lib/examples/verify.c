/* SPDX-License-Identifier: BSD-2-Clause */
/* Judges a message under a shared secret: verify SECRET MESSAGE */
#include <reload.h>

#include <stdio.h>
#include <time.h>

static size_t read_file(const char *name, uint8_t *octets, size_t size)
{
    FILE *file = fopen(name, "rb");
    if (file == NULL)
        return 0;
    size_t len = fread(octets, 1, size, file);
    fclose(file);
    return len;
}

int main(int argc, char **argv)
{
    static uint8_t octets[65536];
    size_t len =
        argc == 3 ? read_file(argv[1], octets, sizeof octets) : 0;

    reload_buf secret = {NULL, 0, 0, RELOAD_OK};
    reload_policy *policy = reload_policy_new(RELOAD_SECURITY_HMAC);
    reload_msg *msg = reload_msg_new();
    reload_report *report = reload_report_new();
    reload_judge *judge = NULL;
    reload_moment moment = {time(NULL) * RELOAD_SECOND, RELOAD_NO_TIME,
                            false};
    reload_err err = policy == NULL || msg == NULL || report == NULL
                         ? RELOAD_ERR_MEMORY
                         : RELOAD_OK;
    if (err == RELOAD_OK)
        err = reload_secret_parse(octets, len, &secret, NULL);
    if (err == RELOAD_OK)
        err =
            reload_policy_add_secret(policy, secret.octets, secret.len);
    if (err == RELOAD_OK)
        err = reload_policy_seal(policy, NULL);
    if (err == RELOAD_OK && (judge = reload_judge_new(policy)) == NULL)
        err = RELOAD_ERR_MEMORY;
    len = argc == 3 ? read_file(argv[2], octets, sizeof octets) : 0;
    if (err == RELOAD_OK)
        err = reload_msg_parse(msg, octets, len, NULL);
    if (err == RELOAD_OK)
        err = reload_verify(judge, msg, moment, NULL, report);

    bool passed = err == RELOAD_OK && reload_report_passed(report);
    if (err != RELOAD_OK)
        fprintf(stderr, "%s\n", reload_strerror(err));
    else
        printf("%s%s%s\n", reload_verdict_text(report->verdict),
               passed ? "" : ": ", report->detail);

    reload_judge_free(&judge);
    reload_report_free(&report);
    reload_msg_free(&msg);
    reload_policy_free(&policy);
    reload_buf_free(&secret);
    return passed ? 0 : 1;
}
