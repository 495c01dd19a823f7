/* Uses every function of the ABI, and misuses each: run under valgrind by rust/capi/tests/c_program.rs.
 *   abi STORE    makes its store in the folder STORE
 * Prints one line a check; exits 1 when one failed. */
#include "imap_migration.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int passed, failed;

static void check(int ok, const char *what) {
    printf("%s %s\n", ok ? "ok" : "FAILED", what);
    if (ok) passed++; else failed++;
}

static im_status start(const char *request, im_job **job, im_buffer *error) {
    return im_job_start((const uint8_t *)request, strlen(request), job, error);
}

static int contains(im_buffer b, const char *text) {
    size_t n = strlen(text);
    for (size_t i = 0; b.ptr && i + n <= b.len; i++)
        if (!memcmp(b.ptr + i, text, n)) return 1;
    return 0;
}

/* Pulls a job to its end; whether `text` came along, and how often "finished" did. */
static int drain(im_job *job, const char *text, int *finished) {
    int seen = 0;
    for (;;) {
        im_buffer event = { NULL, 0 };
        im_status s = im_job_next_event(job, 10000, &event);
        if (s == IM_END) return seen;
        if (s != IM_OK) { check(0, "an event within ten seconds"); return seen; }
        if (text && contains(event, text)) seen++;
        if (contains(event, "\"finished\"")) ++*finished;
        im_buffer_free(event);
    }
}

static void *cancel(void *job) {
    for (int i = 0; i < 3; i++) im_job_cancel(job);
    return NULL;
}

static void uses(const char *store) {
    char request[4096];
    im_job *job = NULL;
    im_buffer error = { NULL, 0 };
    int finished = 0;

    snprintf(request, sizeof request, "{\"store\":\"%s\",\"op\":\"open_store\",\"args\":{}}", store);
    check(start(request, &job, &error) == IM_OK && job && !error.ptr, "a request starts a job");
    check(drain(job, "\"schema_version\"", &finished) == 1, "the store comes as an item");
    check(finished == 1, "finished comes once");
    im_buffer none = { NULL, 0 };
    check(im_job_next_event(job, 0, &none) == IM_END && !none.ptr, "nothing follows finished");
    check(im_job_cancel(job) == IM_OK, "cancelling a finished job is fine");
    im_job_free(job);

    snprintf(request, sizeof request,
             "{\"store\":\"%s\",\"op\":\"get_batches\",\"args\":{\"identity\":\"nobody\"}}", store);
    finished = 0;
    check(start(request, &job, &error) == IM_OK, "a query starts");
    check(drain(job, "\"batch_not_found\"", &finished) == 1 && finished == 1, "an unknown batch is an error event");
    im_job_free(job);
}

static void cancels(void) {
    /* 192.0.2.0/24 is set aside for documentation (RFC 5737): nothing answers, so only the cancel ends this. */
    const char *request =
        "{\"op\":\"test_connection\",\"args\":{\"server\":{\"remote_server\":\"192.0.2.1\",\"port\":993,\"security\":\"Ssl\"}}}";
    im_job *job = NULL;
    int finished = 0;
    check(start(request, &job, NULL) == IM_OK, "a slow request starts");
    pthread_t thread;
    pthread_create(&thread, NULL, cancel, job);
    check(drain(job, "\"cancelled\"", &finished) == 1 && finished == 1, "a cancel from another thread ends the job");
    pthread_join(thread, NULL);
    im_job_free(job);

    check(start(request, &job, NULL) == IM_OK, "a job to abandon starts");
    im_job_free(job);
    check(1, "freeing a job at work is fine");
}

static void misuses(void) {
    const uint8_t byte = '{';
    im_job *job = NULL;
    im_buffer buffer = { NULL, 0 };

    check(im_job_start(NULL, 0, &job, &buffer) == IM_NULL_POINTER && !job, "a NULL request");
    check(im_job_start(&byte, 1, NULL, &buffer) == IM_NULL_POINTER, "a NULL out_job");
    check(im_job_next_event(NULL, 0, &buffer) == IM_NULL_POINTER && !buffer.ptr, "events of NULL");
    check(im_job_cancel(NULL) == IM_NULL_POINTER, "cancelling NULL");
    im_job_free(NULL);
    im_job_free(NULL);
    im_buffer_free(buffer);
    im_buffer_free(buffer);
    check(1, "freeing NULL, twice");

    check(im_job_start(&byte, 1, &job, &buffer) == IM_INVALID_REQUEST && !job, "half a request");
    check(contains(buffer, "\"invalid_request\""), "and its error as JSON");
    im_buffer_free(buffer);
    check(start("{\"op\":\"fly\",\"args\":{}}", &job, NULL) == IM_INVALID_REQUEST, "an unknown operation, nobody asking why");
    const char *secret = "{\"op\":\"test_connection\",\"args\":{\"credentials\":{\"user_name\":\"u\",\"password\":[\"hunter2\"]}}}";
    buffer = (im_buffer){ NULL, 0 };
    check(start(secret, &job, &buffer) == IM_INVALID_REQUEST && !contains(buffer, "hunter2"), "no error quotes the request");
    im_buffer_free(buffer);

    check(start("{\"op\":\"get_worker\",\"args\":{}}", &job, NULL) == IM_OK, "a job for NULL events");
    check(im_job_next_event(job, 0, NULL) == IM_NULL_POINTER, "a NULL out_event");
    im_job_free(job);
    check(im_test_panic() == IM_PANIC, "a panic becomes a status");
}

int main(int argc, char **argv) {
    if (argc != 2) { fprintf(stderr, "usage: abi STORE\n"); return 2; }
    check(im_abi_version() == IM_ABI_VERSION, "header and library are of one version");
    uses(argv[1]);
    cancels();
    misuses();
    printf("%d passed, %d failed\n", passed, failed);
    return failed ? 1 : 0;
}
