/* SPDX-License-Identifier: BSD-2-Clause */
/* Working on messages in several threads. */
#ifndef RELOAD_SIGN_WORK_H
#define RELOAD_SIGN_WORK_H

#include "common/batch.h"
#include "common/kept.h"
#include "common/packets.h"
#include "common/pipeline.h"
#include "sign/keys.h"

#include <pthread.h>

struct sign_run;

/* A message between reading and writing. */
struct sign_slot {
    struct batch early; /* its errors */
    struct kept kept;
    uint64_t draw; /* its place among the messages that need a counter, from 1; 0: it needs none */
    reload_msg *msg; /* the result, except of --tbs; owned */
    reload_buf done; /* its octets */
    reload_err err;
    reload_diag diag;
};

/* The objects of one thread. */
struct sign_worker {
    struct sign_run *run;
    reload_signer *signer; /* NULL: nothing is signed; of worker 0 the credentials' */
    reload_msg *msg;       /* an intermediate result */
    reload_buf response;   /* unsigned */
    reload_buf half_done;  /* without the ROUTE-LOG */
    uint64_t draw;         /* of the slot it works on; 0: it has drawn, or needs no counter */
};

/* Counters are drawn in input order: a worker waits for its turn. */
struct sign_turns {
    pthread_mutex_t mutex;
    pthread_cond_t moved;
    uint64_t last;  /* the last draw that was made, or not needed after all */
    uint64_t given; /* the last place that was given to a slot */
    uint64_t next;  /* without --counter-file: the next counter */
};

struct sign_run {
    struct tool *tool;
    const struct sign_options *options;
    struct credentials credentials;
    reload_buf route_log; /* encoded; empty: none is appended */
    unsigned jobs;
    struct sign_worker *workers; /* owned */
    struct sign_turns turns;
    struct pipeline *pipeline;
    struct sign_slot *slots; /* those of the pipeline; owned */
    struct sign_slot *current;
    char *request; /* --reply-to: the only input file */
    struct input in;
    struct output out;
    struct packets *packets; /* of pcapng; else NULL */
};

/* Prepares workers, pipeline and slots. finish: of struct pipeline_calls. RELOAD_ERR_MEMORY,
 * RELOAD_ERR_CRYPTO. */
reload_err sign_workers_open(struct sign_run *run,
                             void (*finish)(void *run, size_t first, size_t count));
void sign_workers_free(struct sign_run *run);
/* All steps from the input to slot->done. The result is parsed into slot->msg, except the output of
 * --tbs. */
reload_err sign_steps(struct sign_worker *worker, struct sign_slot *slot, reload_diag *diag);
/* Gives the slot its place among the messages that need a counter. */
void sign_give_turn(struct sign_run *run, struct sign_slot *slot);

#endif
