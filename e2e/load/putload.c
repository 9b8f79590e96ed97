/*
 * Load for a server that takes uploads over mutual TLS, from one thread. Compile: cc -O2 putload.c -lcurl -lm
 *
 *   putload --url 'https://localhost:1234/streams/1/video_{n}.m4s' --file segment.m4s --seconds 2 [options]
 *
 *   --url URL          {n} is the number of the request, from --first N (0) on; {c}, before it, that of the connection, from 1 on
 *   --file FILE        the body of each request, or
 *   --size BYTES       so many bytes that mean nothing
 *   --get              GET without a body instead of PUT
 *   --http2            instead of HTTP/1.1
 *   --connections N    kept all the time (1)
 *   --streams N        requests at a time on each (1)
 *   --seconds S        measure so long, after --warm-up S that is not measured, or
 *   --count N          measure so many requests, no warm-up; with --seconds no longer than that
 *   --rate R           begin R requests a second however slow the responses are; latency counts from the planned begin
 *   --fresh            a connection for each request, resumed where the server lets it
 *   --full-handshakes  never resumed
 *   --cacert, --cert, --key FILE
 *
 * TLS 1.3 with TLS_AES_128_GCM_SHA256. Prints one line of JSON: statuses and errors of all requests; rate, latency
 * and its own processor time of the measured ones. "busy" near 1 means that it was the limit, not the server.
 */
#define _GNU_SOURCE
#include <curl/curl.h>
#include <errno.h>
#include <getopt.h>
#include <math.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <time.h>

enum { steps = 64, buckets = 40 * steps, max_events = 256, max_url = 2048, synthetic_bytes = 1 << 20 };
static const int64_t never = INT64_MAX, longest_wait_us = 200000, last_answers_us = 5000000, pause_us = 10000;

struct connection {
  int number;
  CURLM *multi;
  int64_t due;
};

struct slot {
  struct connection *connection;
  CURL *easy;
  bool busy;
  int64_t begun, ready;
  size_t position;
  char url[max_url];
};

static struct {
  const char *url, *file, *cacert, *cert, *key;
  size_t size;
  int http2, get, fresh, full_handshakes, connections, streams;
  double seconds, warm_up, rate;
  uint64_t first, count;
} wanted = { .connections = 1, .streams = 1 };

static struct {
  uint64_t issued, ok, warmed, connects, statuses[600], errors[CURL_LAST];
  uint64_t measured, measured_ok, histogram[buckets];
  int64_t longest_us;
  double total_us;
  char complaint[CURL_ERROR_SIZE];
} seen;

static struct { int64_t at; double cpu; } from, to;

static struct connection *connections;
static struct slot *slots;
static int slot_count, active, epoll;
static char *body;
static size_t body_bytes;
static int64_t measure_from, measure_to, next_planned;

static void die(const char *why, const char *what)
{
  fprintf(stderr, "putload: %s %s\n", why, what);
  exit(2);
}

static int64_t now_us(void)
{
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

static double cpu_seconds(void)
{
  struct rusage used;
  getrusage(RUSAGE_SELF, &used);
  return (double)(used.ru_utime.tv_sec + used.ru_stime.tv_sec) +
         (double)(used.ru_utime.tv_usec + used.ru_stime.tv_usec) / 1e6;
}

/* Latencies: a histogram of 64 steps for each power of two, so that a quantile is off by 1.6 % at most. */

static int bucket_of(int64_t us)
{
  if (us < steps) return us < 0 ? 0 : (int)us;
  int shift = 63 - __builtin_clzll((uint64_t)us) - 6;
  int bucket = (shift + 1) * steps + (int)((us >> shift) & (steps - 1));
  return bucket < buckets ? bucket : buckets - 1;
}

static double middle_ms(int bucket)
{
  if (bucket < steps) return bucket / 1000.0;
  int shift = bucket / steps - 1;
  return ((double)((uint64_t)(steps + bucket % steps) << shift) + ldexp(0.5, shift)) / 1000.0;
}

static double quantile_ms(double part)
{
  uint64_t all = 0, so_far = 0;
  for (int i = 0; i < buckets; i++) all += seen.histogram[i];
  for (int i = 0; i < buckets && all; i++) {
    so_far += seen.histogram[i];
    if ((double)so_far >= part * (double)all) return fmin(middle_ms(i), (double)seen.longest_us / 1000.0);
  }
  return 0;
}

/* What libcurl calls. */

static size_t give_body(char *to_fill, size_t size, size_t count, void *of)
{
  struct slot *slot = of;
  size_t room = size * count, left = wanted.size - slot->position, given = 0;
  if (room > left) room = left;
  while (given < room) {
    size_t at = (slot->position + given) % body_bytes, some = body_bytes - at;
    if (some > room - given) some = room - given;
    memcpy(to_fill + given, body + at, some);
    given += some;
  }
  slot->position += given;
  return given;
}

static int rewind_body(void *of, curl_off_t offset, int origin)
{
  if (origin != SEEK_SET) return CURL_SEEKFUNC_CANTSEEK;
  ((struct slot *)of)->position = (size_t)offset;
  return CURL_SEEKFUNC_OK;
}

static size_t ignore_answer(char *bytes, size_t size, size_t count, void *of)
{
  (void)bytes, (void)of;
  return size * count;
}

static int watch_socket(CURL *easy, curl_socket_t socket, int what, void *of, void *known)
{
  struct connection *connection = of;
  struct epoll_event event = { .data.u64 = (uint64_t)(connection - connections) << 32 | (uint32_t)socket };
  (void)easy;
  if (what & CURL_POLL_IN) event.events |= EPOLLIN;
  if (what & CURL_POLL_OUT) event.events |= EPOLLOUT;
  if (what == CURL_POLL_REMOVE) epoll_ctl(epoll, EPOLL_CTL_DEL, socket, &event);
  else if (epoll_ctl(epoll, known ? EPOLL_CTL_MOD : EPOLL_CTL_ADD, socket, &event) < 0 && errno == EEXIST)
    epoll_ctl(epoll, EPOLL_CTL_MOD, socket, &event);
  curl_multi_assign(connection->multi, socket, what == CURL_POLL_REMOVE ? NULL : connection);
  return 0;
}

static int set_timer(CURLM *multi, long ms, void *of)
{
  (void)multi;
  ((struct connection *)of)->due = ms < 0 ? never : now_us() + ms * 1000;
  return 0;
}

/* One request. */

/* Copies up to the mark, which the number replaces; returns what follows it, or the rest where there is no mark. */
static const char *fill_in(char *url, const char *from, const char *mark, uint64_t number)
{
  const char *at = strstr(from, mark);
  size_t length = strlen(url);
  if (!at) return from;
  snprintf(url + length, max_url - length, "%.*s%llu", (int)(at - from), from, (unsigned long long)number);
  return at + strlen(mark);
}

static void write_url(char *url, int connection, uint64_t number)
{
  url[0] = 0;
  const char *rest = fill_in(url, fill_in(url, wanted.url, "{c}", (uint64_t)connection), "{n}", number);
  size_t length = strlen(url);
  snprintf(url + length, max_url - length, "%s", rest);
}

static bool begin(struct slot *slot, int64_t planned)
{
  if (wanted.count && seen.issued >= wanted.count) return false;
  write_url(slot->url, slot->connection->number, wanted.first + seen.issued++);
  slot->position = 0;
  slot->begun = planned;
  slot->busy = true;
  active++;
  curl_easy_setopt(slot->easy, CURLOPT_URL, slot->url);
  curl_multi_add_handle(slot->connection->multi, slot->easy);
  return true;
}

static void count_latency(int64_t us, bool ok)
{
  seen.measured++;
  seen.measured_ok += ok;
  seen.histogram[bucket_of(us)]++;
  seen.total_us += (double)us;
  if (us > seen.longest_us) seen.longest_us = us;
}

static void finish(struct slot *slot, CURLcode result, int64_t now)
{
  long status = 0, connects = 0;
  curl_easy_getinfo(slot->easy, CURLINFO_RESPONSE_CODE, &status);
  curl_easy_getinfo(slot->easy, CURLINFO_NUM_CONNECTS, &connects);
  curl_multi_remove_handle(slot->connection->multi, slot->easy);
  slot->busy = false;
  slot->ready = result == CURLE_OK ? now : now + pause_us; /* A dead server is not asked in a tight loop. */
  active--;
  seen.connects += (uint64_t)connects;
  if (result != CURLE_OK) {
    seen.errors[result]++;
    if (!seen.complaint[0]) snprintf(seen.complaint, sizeof seen.complaint, "%s", curl_easy_strerror(result));
    return;
  }
  bool ok = status >= 200 && status < 300;
  seen.statuses[status > 0 && status < 600 ? status : 0]++;
  seen.ok += ok;
  seen.warmed += ok && now < measure_from;
  if (now >= measure_from && now <= measure_to) count_latency(now - slot->begun, ok);
}

static bool is_over(int64_t now)
{
  return now >= measure_to || (wanted.count && seen.issued >= wanted.count);
}

static void collect(struct connection *connection)
{
  CURLMsg *message;
  int more;
  while ((message = curl_multi_info_read(connection->multi, &more))) {
    struct slot *slot;
    CURLcode result = message->data.result;
    int64_t now = now_us();
    curl_easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, (char **)&slot);
    finish(slot, result, now);
    if (result == CURLE_OK && wanted.rate <= 0 && !is_over(now)) begin(slot, now);
  }
}

/* The loop. Each step returns when it wants to be called again. */

static int64_t begin_planned(int64_t now)
{
  for (int i = 0; i < slot_count && next_planned <= now; i++)
    if (!slots[i].busy && slots[i].ready <= now && begin(&slots[i], next_planned))
      next_planned += (int64_t)(1e6 / wanted.rate);
  return next_planned > now ? next_planned : never;
}

static int64_t begin_idle(int64_t now)
{
  int64_t wake = never;
  for (int i = 0; i < slot_count && active < slot_count; i++) {
    if (slots[i].busy) continue;
    if (slots[i].ready <= now) begin(&slots[i], now);
    else if (slots[i].ready < wake) wake = slots[i].ready;
  }
  return wake;
}

static int64_t serve_timers(int64_t now)
{
  int64_t wake = never;
  for (int i = 0, running; i < wanted.connections; i++) {
    struct connection *connection = &connections[i];
    if (connection->due <= now) {
      connection->due = never;
      curl_multi_socket_action(connection->multi, CURL_SOCKET_TIMEOUT, 0, &running);
      collect(connection);
    }
    if (connection->due < wake) wake = connection->due;
  }
  return wake;
}

static void serve_sockets(int64_t until)
{
  struct epoll_event events[max_events];
  int64_t us = until - now_us();
  if (us < 0) us = 0;
  struct timespec wait = { us / 1000000, us % 1000000 * 1000 };
  int count = epoll_pwait2(epoll, events, max_events, &wait, NULL);
  for (int i = 0, running; i < count; i++) {
    struct connection *connection = &connections[events[i].data.u64 >> 32];
    int what = 0;
    if (events[i].events & (EPOLLIN | EPOLLHUP)) what |= CURL_CSELECT_IN;
    if (events[i].events & EPOLLOUT) what |= CURL_CSELECT_OUT;
    if (events[i].events & EPOLLERR) what |= CURL_CSELECT_ERR;
    curl_multi_socket_action(connection->multi, (curl_socket_t)(events[i].data.u64 & UINT32_MAX), what, &running);
    collect(connection);
  }
}

static int64_t least(int64_t a, int64_t b) { return a < b ? a : b; }

static void run(void)
{
  for (;;) {
    int64_t now = now_us(), wake = now + longest_wait_us;
    if (!from.at && now >= measure_from) from.at = now, from.cpu = cpu_seconds();
    bool is_measured = now >= measure_to || (is_over(now) && !active);
    if (is_measured && !to.at) to.at = now, to.cpu = cpu_seconds();
    if (is_measured && (!active || now - last_answers_us > measure_to)) return;
    if (!is_over(now)) wake = least(wake, wanted.rate > 0 ? begin_planned(now) : begin_idle(now));
    wake = least(wake, serve_timers(now));
    serve_sockets(wake);
  }
}

/* Making everything ready. */

static void set_tls(CURL *easy)
{
  curl_easy_setopt(easy, CURLOPT_CAINFO, wanted.cacert);
  curl_easy_setopt(easy, CURLOPT_SSLCERT, wanted.cert);
  curl_easy_setopt(easy, CURLOPT_SSLKEY, wanted.key);
  curl_easy_setopt(easy, CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_3);
  curl_easy_setopt(easy, CURLOPT_TLS13_CIPHERS, "TLS_AES_128_GCM_SHA256");
  if (wanted.full_handshakes) curl_easy_setopt(easy, CURLOPT_SSL_SESSIONID_CACHE, 0L);
  if (!wanted.fresh) return;
  curl_easy_setopt(easy, CURLOPT_FRESH_CONNECT, 1L);
  curl_easy_setopt(easy, CURLOPT_FORBID_REUSE, 1L);
}

static void set_body(CURL *easy, struct slot *slot)
{
  static struct curl_slist *headers;
  if (!headers) headers = curl_slist_append(NULL, "Expect:");
  curl_easy_setopt(easy, CURLOPT_HTTPHEADER, headers);
  curl_easy_setopt(easy, CURLOPT_UPLOAD, 1L);
  curl_easy_setopt(easy, CURLOPT_UPLOAD_BUFFERSIZE, 262144L);
  curl_easy_setopt(easy, CURLOPT_INFILESIZE_LARGE, (curl_off_t)wanted.size);
  curl_easy_setopt(easy, CURLOPT_READFUNCTION, give_body);
  curl_easy_setopt(easy, CURLOPT_READDATA, slot);
  curl_easy_setopt(easy, CURLOPT_SEEKFUNCTION, rewind_body);
  curl_easy_setopt(easy, CURLOPT_SEEKDATA, slot);
}

static void open_slot(struct slot *slot, struct connection *connection)
{
  CURL *easy = curl_easy_init();
  *slot = (struct slot){ .connection = connection, .easy = easy };
  curl_easy_setopt(easy, CURLOPT_PRIVATE, slot);
  curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
  curl_easy_setopt(easy, CURLOPT_PROXY, "");
  curl_easy_setopt(easy, CURLOPT_TIMEOUT, 60L);
  curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, ignore_answer);
  curl_easy_setopt(easy, CURLOPT_HTTP_VERSION,
                   wanted.http2 ? (long)CURL_HTTP_VERSION_2TLS : (long)CURL_HTTP_VERSION_1_1);
  curl_easy_setopt(easy, CURLOPT_PIPEWAIT, (long)wanted.http2);
  set_tls(easy);
  if (!wanted.get) set_body(easy, slot);
}

static void open_connection(struct connection *connection, int number)
{
  CURLM *multi = curl_multi_init();
  *connection = (struct connection){ .number = number, .multi = multi, .due = never };
  curl_multi_setopt(multi, CURLMOPT_SOCKETFUNCTION, watch_socket);
  curl_multi_setopt(multi, CURLMOPT_SOCKETDATA, connection);
  curl_multi_setopt(multi, CURLMOPT_TIMERFUNCTION, set_timer);
  curl_multi_setopt(multi, CURLMOPT_TIMERDATA, connection);
  curl_multi_setopt(multi, CURLMOPT_MAX_CONCURRENT_STREAMS, 1000L);
  if (!wanted.fresh) curl_multi_setopt(multi, CURLMOPT_MAX_TOTAL_CONNECTIONS, 1L);
}

static void open_all(void)
{
  curl_global_init(CURL_GLOBAL_ALL);
  epoll = epoll_create1(EPOLL_CLOEXEC);
  slot_count = wanted.connections * wanted.streams;
  connections = calloc((size_t)wanted.connections, sizeof *connections);
  slots = calloc((size_t)slot_count, sizeof *slots);
  for (int i = 0; i < wanted.connections; i++) open_connection(&connections[i], i + 1);
  for (int i = 0; i < slot_count; i++) open_slot(&slots[i], &connections[i / wanted.streams]);
}

static void close_all(void)
{
  for (int i = 0; i < slot_count; i++) {
    if (slots[i].busy) curl_multi_remove_handle(slots[i].connection->multi, slots[i].easy);
    curl_easy_cleanup(slots[i].easy);
  }
  for (int i = 0; i < wanted.connections; i++) curl_multi_cleanup(connections[i].multi);
}

static void read_body(void)
{
  FILE *file = fopen(wanted.file, "rb");
  if (!file) die("cannot open", wanted.file);
  fseek(file, 0, SEEK_END);
  wanted.size = body_bytes = (size_t)ftell(file);
  rewind(file);
  body = malloc(body_bytes + 1);
  if (fread(body, 1, body_bytes, file) != body_bytes || !body_bytes) die("cannot read", wanted.file);
  fclose(file);
}

static void make_body(void)
{
  uint64_t random = 88172645463325252ull;
  body_bytes = synthetic_bytes;
  body = malloc(body_bytes);
  for (size_t i = 0; i < body_bytes; i += sizeof random) {
    random ^= random << 13, random ^= random >> 7, random ^= random << 17;
    memcpy(body + i, &random, sizeof random);
  }
}

static const struct option options[] = {
  { "url", required_argument, NULL, 'u' },         { "file", required_argument, NULL, 'f' },
  { "size", required_argument, NULL, 's' },        { "connections", required_argument, NULL, 'c' },
  { "streams", required_argument, NULL, 'm' },     { "seconds", required_argument, NULL, 'd' },
  { "warm-up", required_argument, NULL, 'w' },     { "count", required_argument, NULL, 'n' },
  { "first", required_argument, NULL, 'i' },       { "rate", required_argument, NULL, 'r' },
  { "cacert", required_argument, NULL, 'a' },      { "cert", required_argument, NULL, 'e' },
  { "key", required_argument, NULL, 'k' },
  { "http2", no_argument, &wanted.http2, 1 },      { "get", no_argument, &wanted.get, 1 },
  { "fresh", no_argument, &wanted.fresh, 1 },      { "full-handshakes", no_argument, &wanted.full_handshakes, 1 },
  { 0 },
};

static void take(int option)
{
  switch (option) {
  case 'u': wanted.url = optarg; break;
  case 'f': wanted.file = optarg; break;
  case 's': wanted.size = strtoull(optarg, NULL, 10); break;
  case 'c': wanted.connections = atoi(optarg); break;
  case 'm': wanted.streams = atoi(optarg); break;
  case 'd': wanted.seconds = atof(optarg); break;
  case 'w': wanted.warm_up = atof(optarg); break;
  case 'n': wanted.count = strtoull(optarg, NULL, 10); break;
  case 'i': wanted.first = strtoull(optarg, NULL, 10); break;
  case 'r': wanted.rate = atof(optarg); break;
  case 'a': wanted.cacert = optarg; break;
  case 'e': wanted.cert = optarg; break;
  case 'k': wanted.key = optarg; break;
  case '?': exit(2);
  }
}

static void read_options(int argc, char **argv)
{
  for (int option; (option = getopt_long(argc, argv, "", options, NULL)) != -1;) take(option);
  if (!wanted.url) die("needs", "--url");
  if (wanted.seconds <= 0 && !wanted.count) die("needs", "--seconds or --count");
  if (wanted.connections < 1 || wanted.streams < 1) die("needs", "at least one connection and stream");
  if (wanted.get) return;
  if (wanted.file) read_body();
  else make_body();
}

/* The account. */

static void print_counts(const char *name, const uint64_t *counts, int length)
{
  const char *before = "";
  printf("\"%s\":{", name);
  for (int i = 0; i < length; i++) {
    if (!counts[i]) continue;
    printf("%s\"%d\":%llu", before, i, (unsigned long long)counts[i]);
    before = ",";
  }
  printf("},");
}

static void print_account(void)
{
  double seconds = (double)(least(to.at, measure_to) - measure_from) / 1e6;
  double rate = (double)seen.measured_ok / seconds;
  double busy = (to.cpu - from.cpu) / ((double)(to.at - from.at) / 1e6);
  printf("{\"issued\":%llu,\"ok\":%llu,\"warmed\":%llu,\"unanswered\":%d,\"connects\":%llu,",
         (unsigned long long)seen.issued, (unsigned long long)seen.ok, (unsigned long long)seen.warmed, active,
         (unsigned long long)seen.connects);
  print_counts("statuses", seen.statuses, 600);
  print_counts("errors", seen.errors, CURL_LAST);
  printf("\"complaint\":\"%s\",\"seconds\":%.3f,\"measured\":%llu,\"rate\":%.1f,\"megabytes\":%.2f,", seen.complaint,
         seconds, (unsigned long long)seen.measured, rate, wanted.get ? 0 : rate * (double)wanted.size / 1e6);
  printf("\"mean\":%.3f,\"p50\":%.3f,\"p90\":%.3f,\"p99\":%.3f,\"max\":%.3f,\"busy\":%.2f}\n",
         seen.measured ? seen.total_us / (double)seen.measured / 1000 : 0, quantile_ms(.5), quantile_ms(.9),
         quantile_ms(.99), (double)seen.longest_us / 1000, busy);
}

int main(int argc, char **argv)
{
  read_options(argc, argv);
  open_all();
  int64_t begun = now_us();
  measure_from = next_planned = begun + (wanted.count ? 0 : (int64_t)(wanted.warm_up * 1e6));
  measure_to = wanted.seconds > 0 ? measure_from + (int64_t)(wanted.seconds * 1e6) : never;
  if (wanted.rate > 0) next_planned = begun;
  run();
  print_account();
  close_all();
  return seen.issued == seen.ok ? 0 : 3;
}
