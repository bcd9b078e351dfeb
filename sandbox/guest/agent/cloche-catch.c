/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#include "cloche-catch.h"

#include "cloche-alloc.h"
#include "cloche-caught.h"
#include "cloche-console.h"
#include "cloche-dns.h"
#include "cloche-environment.h"
#include "cloche-names.h"
#include "cloche-process.h"

#include <arpa/inet.h>
#include <errno.h>
#include <limits.h>
#include <linux/netfilter_ipv4.h>
#include <linux/netfilter_ipv6/ip6_tables.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

/* connections that wait to be accepted. */
#define BACKLOG 128

/* bytes: a question; longer ones are cut and then malformed. */
#define QUERY_BYTES 1024

/* 127.0.1.1, which Debian gives a machine's own name: it leads to itself and is not turned round. */
#define OWN_ADDRESS 0x7f000101u

struct cloche_catch
{
  cloche_agent *agent;
  cloche_names *names;
  cloche_session *session;      /* borrowed; NULL: nobody */
  int tcp_fds[2];               /* v4, v6 */
  int dns_fds[2];
  int dns_tcp_fds[2];
};

/* ---- names ---- */

/* The machine's own name leads to itself, as a line of /etc/hosts would have it; that file is left to the user. */
static uint32_t
resolve (cloche_catch *self,
         const char   *name)
{
  char own[HOST_NAME_MAX + 1] = "";

  (void) gethostname (own, sizeof own - 1); /* Cannot fail with room for the longest. */
  return strcmp (name, own) == 0 ? htonl (OWN_ADDRESS) : cloche_names_get_address (self->names, name);
}

static size_t
answer_query (cloche_catch  *self,
              const uint8_t *query,
              size_t         length,
              uint8_t        answer[CLOCHE_DNS_ANSWER_BYTES])
{
  cloche_dns_query parsed;
  int result = cloche_dns_parse (query, length, &parsed);

  if (result == -EBADMSG)
    return 0;
  if (result < 0)
    return cloche_dns_answer (&parsed, CLOCHE_DNS_FORMAT_ERROR, 0, answer);
  if (!parsed.is_host_name)
    return cloche_dns_answer (&parsed, CLOCHE_DNS_NO_SUCH_NAME, 0, answer);
  switch (parsed.type) {
  case CLOCHE_DNS_TYPE_A:
    return cloche_dns_answer (&parsed, CLOCHE_DNS_NO_ERROR, resolve (self, parsed.name), answer);

  case CLOCHE_DNS_TYPE_AAAA:
  case CLOCHE_DNS_TYPE_HTTPS:
  case CLOCHE_DNS_TYPE_SVCB:
    return cloche_dns_answer (&parsed, CLOCHE_DNS_NO_ERROR, 0, answer);

  default:
    return cloche_dns_answer (&parsed, CLOCHE_DNS_REFUSED, 0, answer);
  }
}

/* The answer must come from the very address that the question was turned round to, or the kernel does not know it as
 * the answer: a socket bound to all addresses would choose another. So what recvmsg says of the address goes back. */
static void
answer_datagram (cloche_catch *self,
                 int           fd)
{
  uint8_t query[QUERY_BYTES], answer[CLOCHE_DNS_ANSWER_BYTES];
  _Alignas (struct cmsghdr) uint8_t control[128];
  struct sockaddr_storage from;
  struct iovec bytes = { .iov_base = query, .iov_len = sizeof query };
  struct msghdr message = {
    .msg_name = &from, .msg_namelen = sizeof from, .msg_iov = &bytes, .msg_iovlen = 1,
    .msg_control = control, .msg_controllen = sizeof control,
  };
  ssize_t n = recvmsg (fd, &message, 0);
  struct cmsghdr *info = n < 0 ? NULL : CMSG_FIRSTHDR (&message);

  if (n <= 0)
    return;
  if (info != NULL && info->cmsg_level == SOL_IP && info->cmsg_type == IP_PKTINFO)
    ((struct in_pktinfo *) (void *) CMSG_DATA (info))->ipi_ifindex = 0; /* The route says which. */
  if (info != NULL && info->cmsg_level == SOL_IPV6 && info->cmsg_type == IPV6_PKTINFO)
    ((struct in6_pktinfo *) (void *) CMSG_DATA (info))->ipi6_ifindex = 0;
  bytes = (struct iovec) { .iov_base = answer, .iov_len = answer_query (self, query, (size_t) n, answer) };
  if (bytes.iov_len > 0)
    (void) sendmsg (fd, &message, 0); /* Asked again if it is lost. */
}

static void
dns_4_cb (uint32_t events,
          void    *user_data)
{
  cloche_catch *self = user_data;

  answer_datagram (self, self->dns_fds[0]);
}

static void
dns_6_cb (uint32_t events,
          void    *user_data)
{
  cloche_catch *self = user_data;

  answer_datagram (self, self->dns_fds[1]);
}

/* Over TCP, for programs that insist: a question is short enough to come in one piece, and one is answered. */
static void
answer_stream (cloche_catch *self,
               int           listen_fd)
{
  const struct timeval patience = { .tv_usec = 200000 };
  uint8_t query[QUERY_BYTES], answer[2 + CLOCHE_DNS_ANSWER_BYTES];
  int fd = accept4 (listen_fd, NULL, NULL, SOCK_CLOEXEC);
  size_t length;
  ssize_t n;

  if (fd < 0)
    return;
  (void) setsockopt (fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
  n = recv (fd, query, sizeof query, 0);
  length = 0;
  if (n > 2 && (ssize_t) (query[0] << 8 | query[1]) == n - 2)
    length = answer_query (self, query + 2, (size_t) n - 2, answer + 2);
  answer[0] = (uint8_t) (length >> 8);
  answer[1] = (uint8_t) length;
  if (length > 0)
    (void) send (fd, answer, length + 2, MSG_NOSIGNAL | MSG_DONTWAIT); /* A fresh socket takes that much. */
  (void) close (fd);
}

static void
dns_tcp_4_cb (uint32_t events,
              void    *user_data)
{
  cloche_catch *self = user_data;

  answer_stream (self, self->dns_tcp_fds[0]);
}

static void
dns_tcp_6_cb (uint32_t events,
              void    *user_data)
{
  cloche_catch *self = user_data;

  answer_stream (self, self->dns_tcp_fds[1]);
}

/* ---- connections ---- */

/* Where the program wanted to go: a name that was asked for, or the address in text. */
static int
find_target_4 (cloche_catch *self,
               int           fd,
               char          target[CLOCHE_DNS_NAME_BYTES],
               uint16_t     *ret_port)
{
  struct sockaddr_in address;
  socklen_t length = sizeof address;
  const char *name;

  if (getsockopt (fd, SOL_IP, SO_ORIGINAL_DST, &address, &length) < 0)
    return -errno;
  *ret_port = ntohs (address.sin_port);
  if (!cloche_names_is_synthetic (address.sin_addr.s_addr))
    return inet_ntop (AF_INET, &address.sin_addr, target, CLOCHE_DNS_NAME_BYTES) == NULL ? -errno : 0;
  name = cloche_names_get_name (self->names, address.sin_addr.s_addr);
  if (name == NULL)
    return -ENOENT;
  (void) snprintf (target, CLOCHE_DNS_NAME_BYTES, "%s", name);
  return 0;
}

static int
find_target_6 (int       fd,
               char      target[CLOCHE_DNS_NAME_BYTES],
               uint16_t *ret_port)
{
  struct sockaddr_in6 address;
  socklen_t length = sizeof address;

  if (getsockopt (fd, SOL_IPV6, IP6T_SO_ORIGINAL_DST, &address, &length) < 0)
    return -errno;
  *ret_port = ntohs (address.sin6_port);
  return inet_ntop (AF_INET6, &address.sin6_addr, target, CLOCHE_DNS_NAME_BYTES) == NULL ? -errno : 0;
}

static void
accept_one (cloche_catch *self,
            bool          is_v6)
{
  struct sockaddr_storage peer;
  socklen_t length = sizeof peer;
  int fd = accept4 (self->tcp_fds[is_v6], (struct sockaddr *) &peer, &length, SOCK_CLOEXEC | SOCK_NONBLOCK);
  char target[CLOCHE_DNS_NAME_BYTES];
  uint16_t port = 0;
  int result;

  if (fd < 0)
    return;
  result = is_v6 ? find_target_6 (fd, target, &port) : find_target_4 (self, fd, target, &port);
  /* A connection that was made to us directly was not redirected: its target is ourselves. */
  if (result < 0 || self->session == NULL || port == CLOCHE_CATCH_TCP_PORT)
    cloche_caught_refuse (fd);
  else
    cloche_caught_new (self->agent->loop, self->session, fd, (struct sockaddr *) &peer, target, port);
}

static void
tcp_4_cb (uint32_t events,
          void    *user_data)
{
  accept_one (user_data, false);
}

static void
tcp_6_cb (uint32_t events,
          void    *user_data)
{
  accept_one (user_data, true);
}

/* ---- set-up ---- */

static int
bind_socket (int      family,
             int      type,
             uint16_t port)
{
  const struct sockaddr_in any_4 = { .sin_family = AF_INET, .sin_port = htons (port) };
  const struct sockaddr_in6 any_6 = { .sin6_family = AF_INET6, .sin6_port = htons (port) };
  const struct sockaddr *address = family == AF_INET ? (const void *) &any_4 : (const void *) &any_6;
  int fd = socket (family, type | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  const int on = 1;

  if (fd < 0)
    return -errno;
  if (family == AF_INET6)
    (void) setsockopt (fd, IPPROTO_IPV6, IPV6_V6ONLY, &on, sizeof on); /* Then bind fails, and says so. */
  if (type == SOCK_DGRAM &&
      setsockopt (fd, family == AF_INET ? SOL_IP : SOL_IPV6, family == AF_INET ? IP_PKTINFO : IPV6_RECVPKTINFO, &on,
                  sizeof on) < 0)
    cloche_console_say ("catch port %u: %s", port, strerror (errno));
  if (bind (fd, address, family == AF_INET ? sizeof any_4 : sizeof any_6) < 0 ||
      (type == SOCK_STREAM && listen (fd, BACKLOG) < 0)) {
    cloche_console_say ("catch port %u: %s", port, strerror (errno));
    (void) close (fd);
    return -EADDRINUSE;
  }
  return fd;
}

static int
serve (cloche_catch          *self,
       int                    family,
       int                    type,
       uint16_t               port,
       cloche_source_callback callback)
{
  int fd = bind_socket (family, type, port);

  if (fd >= 0)
    (void) cloche_loop_watch (self->agent->loop, fd, EPOLLIN, callback, self); /* For as long as the machine lives. */
  return fd;
}

static void
network_ended_cb (int   status,
                  void *user_data)
{
  if (status != 0)
    cloche_console_say ("network ended with status %d: no connection can be made", status);
}

static void
start_network (cloche_agent *agent)
{
  static const char *const argv[] = { "/usr/lib/cloche/network", NULL };
  cloche_account root;
  cloche_process *process;
  cloche_process_setup setup = {
    .argv = argv, .cwd = "/", .account = &root, .group = "network",
    .stdin_fd = -1, .stdout_fd = -1, .stderr_fd = -1, .listen_fd = -1,
  };
  int result = cloche_account_look_up ("root", &root);

  if (result == 0) {
    char **environment = cloche_environment_new (agent, &root, NULL);

    setup.environment = environment;
    result = cloche_process_start (agent->children, &setup, network_ended_cb, NULL, &process);
    cloche_environment_free (environment);
  }
  if (result < 0)
    cloche_console_say ("network: %s", strerror (-result));
}

cloche_catch *
cloche_catch_new (cloche_agent *agent)
{
  cloche_catch *self = cloche_new (sizeof *self);

  self->agent = agent;
  self->names = cloche_names_new ();
  self->tcp_fds[0] = serve (self, AF_INET, SOCK_STREAM, CLOCHE_CATCH_TCP_PORT, tcp_4_cb);
  self->tcp_fds[1] = serve (self, AF_INET6, SOCK_STREAM, CLOCHE_CATCH_TCP_PORT, tcp_6_cb);
  self->dns_fds[0] = serve (self, AF_INET, SOCK_DGRAM, CLOCHE_CATCH_DNS_PORT, dns_4_cb);
  self->dns_fds[1] = serve (self, AF_INET6, SOCK_DGRAM, CLOCHE_CATCH_DNS_PORT, dns_6_cb);
  self->dns_tcp_fds[0] = serve (self, AF_INET, SOCK_STREAM, CLOCHE_CATCH_DNS_PORT, dns_tcp_4_cb);
  self->dns_tcp_fds[1] = serve (self, AF_INET6, SOCK_STREAM, CLOCHE_CATCH_DNS_PORT, dns_tcp_6_cb);
  start_network (agent);
  return self;
}

void
cloche_catch_set_session (cloche_catch   *self,
                          cloche_session *session)
{
  self->session = session;
}
