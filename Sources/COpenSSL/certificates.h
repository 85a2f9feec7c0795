// Making and reading certificates: what of it OpenSSL has as macros, and what is all pointers.
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <time.h>

#include <openssl/bn.h>
#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rand.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

// A new key on the curve P-256, NULL where there is no randomness or memory.
static inline EVP_PKEY *copenssl_make_p256_key(void) {
    return EVP_EC_gen("P-256");
}

// Whether the key is one on the curve P-256.
static inline bool copenssl_is_p256_key(const EVP_PKEY *key) {
    char name[32];
    size_t length = 0;
    if (EVP_PKEY_get_base_id(key) != EVP_PKEY_EC) return false;
    if (EVP_PKEY_get_group_name(key, name, sizeof name, &length) != 1) return false;
    return strcmp(name, "prime256v1") == 0 || strcmp(name, "P-256") == 0;
}

// A positive random serial number of 20 bytes, the longest that RFC 5280 (section 4.1.2.2) allows.
static inline bool copenssl_set_random_serial(X509 *certificate) {
    unsigned char bytes[20];
    if (RAND_bytes(bytes, sizeof bytes) != 1) return false;
    bytes[0] = (bytes[0] & 0x3F) | 0x40;
    BIGNUM *number = BN_bin2bn(bytes, sizeof bytes, NULL);
    if (number == NULL) return false;
    const bool done = BN_to_ASN1_INTEGER(number, X509_get_serialNumber(certificate)) != NULL;
    BN_free(number);
    return done;
}

// Seconds since the epoch.
static inline bool copenssl_set_validity(X509 *certificate, int64_t from, int64_t until) {
    return ASN1_TIME_set(X509_getm_notBefore(certificate), (time_t)from) != NULL
        && ASN1_TIME_set(X509_getm_notAfter(certificate), (time_t)until) != NULL;
}

// Seconds since the epoch; INT64_MIN for what is no time.
static inline int64_t copenssl_seconds(const ASN1_TIME *time) {
    struct tm parts;
    if (time == NULL || ASN1_TIME_to_tm(time, &parts) != 1) return INT64_MIN;
    return (int64_t)timegm(&parts);
}

static inline bool copenssl_append_name(X509_NAME *name, int nid, const unsigned char *text, int count) {
    return X509_NAME_add_entry_by_NID(name, nid, MBSTRING_UTF8, text, count, -1, 0) == 1;
}

// An extension written as in OpenSSL's configuration. `value` must be a constant of ours, never text from elsewhere.
static inline bool copenssl_append_extension(X509 *certificate, X509 *issuer, int nid, const char *value) {
    X509V3_CTX context;
    X509V3_set_ctx(&context, issuer, certificate, NULL, NULL, 0);
    X509_EXTENSION *extension = X509V3_EXT_nconf_nid(NULL, &context, nid, value);
    if (extension == NULL) return false;
    const bool done = X509_add_ext(certificate, extension, -1) == 1;
    X509_EXTENSION_free(extension);
    return done;
}

// A list of names for subjectAltName, to be given to copenssl_append_names or freed.
static inline GENERAL_NAMES *copenssl_make_names(void) { return sk_GENERAL_NAME_new_null(); }

static inline void copenssl_free_names(GENERAL_NAMES *names) { GENERAL_NAMES_free(names); }

// A host's name as it stands, or 4 or 16 bytes of an address.
static inline bool copenssl_push_name(GENERAL_NAMES *names, bool is_address, const unsigned char *bytes, int count) {
    GENERAL_NAME *name = GENERAL_NAME_new();
    ASN1_STRING *text = is_address ? ASN1_OCTET_STRING_new() : ASN1_IA5STRING_new();
    if (name == NULL || text == NULL || ASN1_STRING_set(text, bytes, count) != 1) {
        ASN1_STRING_free(text);
        GENERAL_NAME_free(name);
        return false;
    }
    GENERAL_NAME_set0_value(name, is_address ? GEN_IPADD : GEN_DNS, text);
    if (sk_GENERAL_NAME_push(names, name) > 0) return true;
    GENERAL_NAME_free(name);
    return false;
}

static inline bool copenssl_append_names(X509 *certificate, GENERAL_NAMES *names) {
    return X509_add1_ext_i2d(certificate, NID_subject_alt_name, names, 0, X509V3_ADD_DEFAULT) == 1;
}

// Gives `each` the names of hosts and the addresses that a certificate is for, in its order, until it returns false.
static inline void copenssl_each_name(
    const X509 *certificate, void *context,
    bool (*each)(void *context, bool is_address, const unsigned char *bytes, size_t count)) {
    GENERAL_NAMES *names = X509_get_ext_d2i(certificate, NID_subject_alt_name, NULL, NULL);
    if (names == NULL) return;
    for (int place = 0; place < sk_GENERAL_NAME_num(names); place++) {
        int type = 0;
        const ASN1_STRING *text = GENERAL_NAME_get0_value(sk_GENERAL_NAME_value(names, place), &type);
        if ((type != GEN_DNS && type != GEN_IPADD) || text == NULL) continue;
        const int length = ASN1_STRING_length(text);
        if (length < 0) continue;
        if (!each(context, type == GEN_IPADD, ASN1_STRING_get0_data(text), (size_t)length)) break;
    }
    GENERAL_NAMES_free(names);
}

// What a memory BIO holds; valid until it is written to or freed.
static inline size_t copenssl_memory(BIO *memory, const unsigned char **bytes) {
    char *start = NULL;
    const long count = BIO_get_mem_data(memory, &start);
    *bytes = (const unsigned char *)start;
    return count < 0 ? 0 : (size_t)count;
}

// For keys that have a password: there is nobody to ask.
static inline int copenssl_no_password(char *buffer, int size, int is_writing, void *context) {
    (void)buffer;
    (void)size;
    (void)is_writing;
    (void)context;
    return -1;
}

static inline EVP_PKEY *copenssl_read_key(BIO *pem) {
    return PEM_read_bio_PrivateKey(pem, NULL, copenssl_no_password, NULL);
}

// PKCS #8, without a password.
static inline bool copenssl_write_key(BIO *pem, const EVP_PKEY *key) {
    return PEM_write_bio_PrivateKey(pem, key, NULL, NULL, 0, NULL, NULL) == 1;
}
