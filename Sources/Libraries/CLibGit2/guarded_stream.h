// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <errno.h>
#include <fcntl.h>
#include <git2.h>
#include <git2/sys/stream.h>
#include <netdb.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <unistd.h>

// libgit2 1.5 compares only the names of hosts when a server redirects: another port of the same host gets the request with
// all its headers, credentials too. This stream connects to one host and port and to nothing else. It lives in the
// worker process, which talks to one server only; libgit2 puts TLS on top of it by itself.

typedef struct {
    git_stream parent;
    int socket;
} sternpost_git_stream;

typedef struct {
    char host[256];
    char port[8];
} sternpost_git_place;

/// The one place that may be connected to. Inside a function, because Swift emits no variables of a header.
static sternpost_git_place *sternpost_git_the_place(void) {
    static sternpost_git_place place;
    return &place;
}

static int sternpost_git_stream_fail(const char *what, const char *why) {
    const sternpost_git_place *place = sternpost_git_the_place();
    char text[512];
    snprintf(text, sizeof(text), "%s %s: %s", what, place->host, why);
    git_error_set_str(GIT_ERROR_NET, text);
    return -1;
}

static int sternpost_git_stream_connect(git_stream *stream) {
    const sternpost_git_place *place = sternpost_git_the_place();
    struct addrinfo hints = {0}, *found = NULL;
    hints.ai_socktype = SOCK_STREAM;
    int problem = getaddrinfo(place->host, place->port, &hints, &found);
    if (problem != 0) return sternpost_git_stream_fail("failed to resolve address for", gai_strerror(problem));
    int number = ECONNREFUSED, descriptor = -1;
    for (struct addrinfo *next = found; next && descriptor < 0; next = next->ai_next) {
        descriptor = socket(next->ai_family, next->ai_socktype | SOCK_CLOEXEC, next->ai_protocol);
        if (descriptor >= 0 && connect(descriptor, next->ai_addr, next->ai_addrlen) == 0) break;
        number = errno;
        if (descriptor >= 0) close(descriptor);
        descriptor = -1;
    }
    freeaddrinfo(found);
    if (descriptor < 0) return sternpost_git_stream_fail("failed to connect to", strerror(number));
    ((sternpost_git_stream *)stream)->socket = descriptor;
    return 0;
}

static ssize_t sternpost_git_stream_read(git_stream *stream, void *bytes, size_t count) {
    ssize_t received;
    do received = recv(((sternpost_git_stream *)stream)->socket, bytes, count, 0);
    while (received < 0 && errno == EINTR);
    return received < 0 ? sternpost_git_stream_fail("error receiving data from", strerror(errno)) : received;
}

static ssize_t sternpost_git_stream_write(git_stream *stream, const char *bytes, size_t count, int flags) {
    (void)flags;
    ssize_t sent;
    do sent = send(((sternpost_git_stream *)stream)->socket, bytes, count, MSG_NOSIGNAL);
    while (sent < 0 && errno == EINTR);
    return sent < 0 ? sternpost_git_stream_fail("error sending data to", strerror(errno)) : sent;
}

static int sternpost_git_stream_close(git_stream *stream) {
    sternpost_git_stream *own = (sternpost_git_stream *)stream;
    if (own->socket >= 0) close(own->socket);
    own->socket = -1;
    return 0;
}

static void sternpost_git_stream_free(git_stream *stream) {
    sternpost_git_stream_close(stream);
    free(stream);
}

static int sternpost_git_stream_new(git_stream **out, const char *host, const char *port) {
    const sternpost_git_place *place = sternpost_git_the_place();
    if (strcasecmp(host, place->host) != 0 || strcmp(port, place->port) != 0) {
        git_error_set_str(GIT_ERROR_NET, "cannot redirect to another port of the same host");
        return -1;
    }
    sternpost_git_stream *own = calloc(1, sizeof(*own));
    if (!own) {
        git_error_set_oom();
        return -1;
    }
    own->parent.version = GIT_STREAM_VERSION;
    own->parent.connect = sternpost_git_stream_connect;
    own->parent.read = sternpost_git_stream_read;
    own->parent.write = sternpost_git_stream_write;
    own->parent.close = sternpost_git_stream_close;
    own->parent.free = sternpost_git_stream_free;
    own->socket = -1;
    *out = &own->parent;
    return 0;
}

/// From now on libgit2 connects to this host and port only. Not for ssh, whose transport needs libgit2's own stream.
static inline int sternpost_git_guard_streams(const char *host, int port) {
    sternpost_git_place *place = sternpost_git_the_place();
    if (strlen(host) >= sizeof(place->host)) return -1;
    snprintf(place->host, sizeof(place->host), "%s", host);
    snprintf(place->port, sizeof(place->port), "%d", port);
    git_stream_registration registration = {0};
    registration.version = GIT_STREAM_VERSION;
    registration.init = sternpost_git_stream_new;
    return git_stream_register(GIT_STREAM_STANDARD, &registration);
}
