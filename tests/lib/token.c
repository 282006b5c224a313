// A hardware key for tests: OpenSSH's ssh-sk-helper loads it as the provider of an sk-ssh-ed25519 key
// (SSH_SK_PROVIDER, ssh-add -S) in the place of the library that speaks to real ones. Its key is honest Ed25519, made
// of a seed that stands in the key handle, so that signatures verify as those of a bought one do.
//
// It lives in a directory of its own, where the test finds it too:
//
//     touch      a fifo: what is written into it is a finger. "yes" touches; "no" refuses; "gone" unplugs the key;
//                "pin" asks for one. Without the fifo each request counts as touched.
//     patience   for how many ms a touch is waited for (else 60,000)
//     waiting    locked while a touch is awaited
//
// Built for tests only (tests/Makefile.inc), and without our sanitizers: it runs inside OpenSSH's program.
#include <dlfcn.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/prctl.h>
#include <sys/random.h>
#include <unistd.h>

#include <nettle/eddsa.h>
#include <nettle/sha2.h>

// ---- the provider's interface, version 10, as OpenSSH documents it ----

enum { API_VERSION = 0x000a0000, ALG_ED25519 = 1, FLAG_TOUCH = 1 };
enum { ERR_GENERAL = -1, ERR_UNSUPPORTED = -2, ERR_PIN = -3, ERR_GONE = -4 };

struct sk_option;
struct sk_resident_key;

struct sk_enroll_response {
    uint8_t flags;
    uint8_t *public_key;
    size_t public_key_len;
    uint8_t *key_handle;
    size_t key_handle_len;
    uint8_t *signature;
    size_t signature_len;
    uint8_t *certificate;
    size_t certificate_len;
    uint8_t *authdata;
    size_t authdata_len;
};

struct sk_sign_response {
    uint8_t flags;
    uint32_t counter;
    uint8_t *sig_r;
    size_t sig_r_len;
    uint8_t *sig_s;
    size_t sig_s_len;
};

uint32_t sk_api_version(void);
int sk_enroll(uint32_t alg, const uint8_t *challenge, size_t challenge_len, const char *application,
              uint8_t flags, const char *pin, struct sk_option **options,
              struct sk_enroll_response **ret_response);
int sk_sign(uint32_t alg, const uint8_t *data, size_t data_len, const char *application,
            const uint8_t *handle, size_t handle_len, uint8_t flags, const char *pin,
            struct sk_option **options, struct sk_sign_response **ret_response);
int sk_load_resident_keys(const char *pin, struct sk_option **options,
                          struct sk_resident_key ***ret_keys, size_t *ret_count);

// ---- the finger ----

// A file beside this library. `path` holds PATH_MAX bytes.
static const char *beside(const char *name, char *path)
{
    Dl_info info;
    const char *slash =
        dladdr((void *)(uintptr_t)sk_api_version, &info) ? strrchr(info.dli_fname, '/') : NULL;
    if (!slash || snprintf(path, PATH_MAX, "%.*s/%s", (int)(slash - info.dli_fname), info.dli_fname,
                           name) >= PATH_MAX)
        abort();
    return path;
}

static int patience_ms(void)
{
    char path[PATH_MAX], text[16] = "";
    FILE *file = fopen(beside("patience", path), "r");
    if (file && !fgets(text, sizeof text, file))
        text[0] = '\0';
    if (file)
        fclose(file);
    return *text ? (int)strtol(text, NULL, 10) : 60000;
}

static int answer_of(const char *word)
{
    static const struct {
        const char *word;
        int answer;
    } ANSWERS[] = {{"yes", 0}, {"no", ERR_GENERAL}, {"gone", ERR_GONE}, {"pin", ERR_PIN}};
    for (size_t i = 0; i < sizeof ANSWERS / sizeof *ANSWERS; i++)
        if (strncmp(word, ANSWERS[i].word, strlen(ANSWERS[i].word)) == 0)
            return ANSWERS[i].answer;
    return ERR_GENERAL;
}

// 0: touched. As a real one it tells a refusal and a touch that does not come by the same code; and it gives up with
// whoever asked, like one whose reader is gone.
static int wait_for_touch(void)
{
    char path[PATH_MAX], word[16] = "";
    struct pollfd fifo = {.fd = open(beside("touch", path), O_RDWR | O_NONBLOCK | O_CLOEXEC),
                          .events = POLLIN};
    if (fifo.fd < 0)
        return 0;
    int waiting = open(beside("waiting", path), O_CREAT | O_WRONLY | O_CLOEXEC, 0600);
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    flock(waiting, LOCK_EX);
    bool touched = poll(&fifo, 1, patience_ms()) == 1 && read(fifo.fd, word, sizeof word - 1) > 0;
    close(waiting);
    close(fifo.fd);
    return touched ? answer_of(word) : ERR_GENERAL;
}

// ---- keys and signatures ----

static uint8_t *copy(const void *bytes, size_t size)
{
    uint8_t *to = malloc(size);
    if (!to)
        abort();
    memcpy(to, bytes, size);
    return to;
}

uint32_t sk_api_version(void)
{
    return API_VERSION;
}

int sk_enroll(uint32_t alg, const uint8_t *challenge, size_t challenge_len, const char *application,
              uint8_t flags, const char *pin, struct sk_option **options,
              struct sk_enroll_response **ret_response)
{
    uint8_t seed[ED25519_KEY_SIZE], public_key[ED25519_KEY_SIZE];
    (void)challenge, (void)challenge_len, (void)application, (void)pin, (void)options;
    if (alg != ALG_ED25519)
        return ERR_UNSUPPORTED;
    if (getrandom(seed, sizeof seed, 0) != (ssize_t)sizeof seed)
        return ERR_GENERAL;
    ed25519_sha512_public_key(public_key, seed);
    struct sk_enroll_response *response = calloc(1, sizeof *response);
    if (!response)
        return ERR_GENERAL;
    *response = (struct sk_enroll_response){.flags = flags,
                                            .public_key = copy(public_key, sizeof public_key),
                                            .public_key_len = sizeof public_key,
                                            .key_handle = copy(seed, sizeof seed),
                                            .key_handle_len = sizeof seed,
                                            .signature = copy("none", 4), // nobody attests it
                                            .signature_len = 4};
    *ret_response = response;
    return 0;
}

static void digest(const void *bytes, size_t size, uint8_t *to)
{
    struct sha256_ctx sum;
    sha256_init(&sum);
    sha256_update(&sum, size, bytes);
    sha256_digest(&sum, SHA256_DIGEST_SIZE, to);
}

int sk_sign(uint32_t alg, const uint8_t *data, size_t data_len, const char *application,
            const uint8_t *handle, size_t handle_len, uint8_t flags, const char *pin,
            struct sk_option **options, struct sk_sign_response **ret_response)
{
    // What such a key signs: the application's digest, the flags, a counter, the message's digest.
    enum { FLAGS_AT = SHA256_DIGEST_SIZE, COUNT_AT = FLAGS_AT + 1, DATA_AT = COUNT_AT + 4 };
    uint8_t text[DATA_AT + SHA256_DIGEST_SIZE] = {0}, public_key[ED25519_KEY_SIZE],
                           signature[ED25519_SIGNATURE_SIZE];
    (void)pin, (void)options;
    if (alg != ALG_ED25519 || handle_len != ED25519_KEY_SIZE)
        return ERR_GONE; // not a key of this one
    int touch = flags & FLAG_TOUCH ? wait_for_touch() : 0;
    if (touch != 0)
        return touch;
    digest(application, strlen(application), text);
    text[FLAGS_AT] = flags;
    text[DATA_AT - 1] = 1;
    digest(data, data_len, text + DATA_AT);
    ed25519_sha512_public_key(public_key, handle);
    ed25519_sha512_sign(public_key, handle, sizeof text, text, signature);
    struct sk_sign_response *response = calloc(1, sizeof *response);
    if (!response)
        return ERR_GENERAL;
    *response = (struct sk_sign_response){.flags = flags,
                                          .counter = 1,
                                          .sig_r = copy(signature, sizeof signature),
                                          .sig_r_len = sizeof signature};
    *ret_response = response;
    return 0;
}

int sk_load_resident_keys(const char *pin, struct sk_option **options,
                          struct sk_resident_key ***ret_keys, size_t *ret_count)
{
    (void)pin, (void)options, (void)ret_keys, (void)ret_count;
    return ERR_UNSUPPORTED;
}
