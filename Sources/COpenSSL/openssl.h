#include <arpa/inet.h>
#include <string.h>

#include <openssl/bio.h>
#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/rand.h>
#include <openssl/sha.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

// The SHA-256 of `bytes`, 32 bytes of it. OpenSSL's one-call functions look the algorithm up and allocate each time, which
// takes longer than hashing a short text does; this keeps both, for each thread its own.
static inline int gh_sha256(const void *bytes, size_t count, unsigned char *digest) {
    static _Thread_local EVP_MD *algorithm;
    static _Thread_local EVP_MD_CTX *context;
    if (!algorithm) algorithm = EVP_MD_fetch(NULL, "SHA256", NULL);
    if (!context) context = EVP_MD_CTX_new();
    return algorithm && context && EVP_DigestInit_ex2(context, algorithm, NULL) == 1
        && EVP_DigestUpdate(context, bytes, count) == 1 && EVP_DigestFinal_ex(context, digest, NULL) == 1;
}

// What OpenSSL has as macros, which Swift cannot see.

static inline int gh_context_set_versions(SSL_CTX *context, int lowest, int highest) {
    return SSL_CTX_set_min_proto_version(context, lowest) == 1 && SSL_CTX_set_max_proto_version(context, highest) == 1;
}

// An end without close_notify stays an error, whatever the system's openssl.cnf says.
static inline void gh_context_set_habits(SSL_CTX *context) {
    SSL_CTX_set_options(context, SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION);
    SSL_CTX_clear_options(context, SSL_OP_IGNORE_UNEXPECTED_EOF | SSL_OP_LEGACY_SERVER_CONNECT);
    SSL_CTX_set_mode(
        context,
        SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER | SSL_MODE_RELEASE_BUFFERS | SSL_MODE_AUTO_RETRY
    );
    SSL_CTX_set_read_ahead(context, 1);
}

static inline void gh_context_set_session_cache(SSL_CTX *context, int mode) {
    SSL_CTX_set_session_cache_mode(context, mode);
}

static inline int gh_session_set_server_name(SSL *session, const char *name) {
    return SSL_set_tlsext_host_name(session, name) == 1;
}

// Wrappers below write text without control characters, ended by 0, into `room` bytes.

static inline void gh_bio_take(BIO *bio, char *text, int room) {
    int count = bio ? BIO_read(bio, text, room - 1) : 0;
    text[count > 0 ? count : 0] = 0;
    for (char *byte = text; *byte; byte++) if ((unsigned char)*byte < 0x20 || *byte == 0x7f) *byte = '?';
    BIO_free(bio);
}

static inline void gh_certificate_issuer(const X509 *certificate, char *text, int room) {
    BIO *bio = BIO_new(BIO_s_mem());
    if (bio) X509_NAME_print_ex(bio, X509_get_issuer_name(certificate), 0, XN_FLAG_ONELINE & ~ASN1_STRFLGS_ESC_MSB);
    gh_bio_take(bio, text, room);
}

static inline void gh_certificate_time(const X509 *certificate, int isEnd, char *text, int room) {
    BIO *bio = BIO_new(BIO_s_mem());
    if (bio) ASN1_TIME_print(bio, isEnd ? X509_get0_notAfter(certificate) : X509_get0_notBefore(certificate));
    gh_bio_take(bio, text, room);
}

// The names and addresses a certificate is for: "a.example, 192.0.2.1".
static inline void gh_certificate_names(const X509 *certificate, char *text, int room) {
    GENERAL_NAMES *names = X509_get_ext_d2i(certificate, NID_subject_alt_name, NULL, NULL);
    BIO *bio = BIO_new(BIO_s_mem());
    int written = 0;
    for (int index = 0; bio && index < sk_GENERAL_NAME_num(names); index++) {
        int kind = 0;
        const ASN1_STRING *value = GENERAL_NAME_get0_value(sk_GENERAL_NAME_value(names, index), &kind);
        if (kind != GEN_DNS && kind != GEN_IPADD) continue;
        const unsigned char *bytes = ASN1_STRING_get0_data(value);
        int count = ASN1_STRING_length(value);
        char address[INET6_ADDRSTRLEN] = "?";
        if (kind == GEN_IPADD && (count == 4 || count == 16)) {
            inet_ntop(count == 4 ? AF_INET : AF_INET6, bytes, address, sizeof address);
        }
        if (written++) BIO_puts(bio, ", ");
        if (kind == GEN_DNS) BIO_write(bio, bytes, count); else BIO_puts(bio, address);
    }
    GENERAL_NAMES_free(names);
    gh_bio_take(bio, text, room);
}
