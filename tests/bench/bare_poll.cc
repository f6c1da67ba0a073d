// The floor of polling: libcurl's multi interface and simdjson's DOM parser in the plainest loop
// that asks for every ID once, or for every page of the list, and looks at what each refresh is.
//
// Usage: bare_poll URL IDS_FILE CONNECTIONS POLLS TOKEN [PAGE].  URL is what an ID is appended to,
// with a slash.  With PAGE the list is read, in pages of so many entries, as many as there are IDs.
// Prints `REFRESHES CPU_SECONDS START_SECONDS`: for that many polls, and for the start with one
// poll before them.

#include <curl/curl.h>
#include <simdjson.h>
#include <sys/resource.h>

#include <array>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <fstream>
#include <iostream>
#include <memory>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "collectors/base/free_with.h"

namespace {

using cckm::FreeWith;
using Multi = std::unique_ptr<CURLM, FreeWith<&curl_multi_cleanup>>;
using Easy = std::unique_ptr<CURL, FreeWith<&curl_easy_cleanup>>;
using Headers = std::unique_ptr<curl_slist, FreeWith<&curl_slist_free_all>>;

std::size_t AppendBody(char* bytes, std::size_t size, std::size_t count, void* body) {
  static_cast<std::string*>(body)->append(bytes, size * count);
  return size * count;
}

struct Transfer {
  Easy easy{curl_easy_init()};
  std::string body;

  Transfer() {
    curl_easy_setopt(easy.get(), CURLOPT_WRITEFUNCTION, &AppendBody);
    curl_easy_setopt(easy.get(), CURLOPT_WRITEDATA, static_cast<void*>(&body));
    curl_easy_setopt(easy.get(), CURLOPT_PRIVATE, static_cast<void*>(this));
    curl_easy_setopt(easy.get(), CURLOPT_TCP_NODELAY, 1L);
  }
};

using simdjson::dom::element;

void Require(bool holds) {
  if (!holds) throw std::runtime_error("an answer is not what was asked for");
}

void LookAtRefresh(element refresh) {
  std::string_view status;
  Require(refresh["overall_status"].get(status) == simdjson::SUCCESS && !status.empty());
}

// Reads what tells whether a refresh is as it was; of a domain there is less.
void LookAtPage(element page) {
  simdjson::dom::array refreshes;
  Require(page["resources"].get(refreshes) == simdjson::SUCCESS);
  std::size_t bytes = 0;
  for (const element refresh : refreshes) {
    for (const char* name : {"id", "overall_status", "createdAt"}) {
      std::string_view text;
      if (refresh[name].get(text) == simdjson::SUCCESS) bytes += text.size();
    }
    simdjson::dom::object details;
    if (refresh["detailed_status"].get(details) != simdjson::SUCCESS) continue;
    for (const auto& detail : details) {
      std::string_view text;
      if (detail.value.get(text) == simdjson::SUCCESS) bytes += text.size() + detail.key.size();
    }
  }
  Require(bytes != 0);
}

class BarePoller {
 public:
  using Look = void (*)(element);

  BarePoller(std::vector<std::string> urls, Look look, std::size_t connections,
             const std::string& token)
      : urls_(std::move(urls)),
        look_(look),
        headers_(curl_slist_append(nullptr, ("Authorization: Bearer " + token).c_str())),
        transfers_(connections) {
    for (Transfer& transfer : transfers_) {
      curl_easy_setopt(transfer.easy.get(), CURLOPT_HTTPHEADER, headers_.get());
    }
    curl_multi_setopt(multi_.get(), CURLMOPT_MAXCONNECTS, static_cast<long>(connections));
  }

  void Poll() {
    next_ = 0;
    for (Transfer& transfer : transfers_) StartNext(transfer);
    for (int running = 1; running > 0;) {
      curl_multi_perform(multi_.get(), &running);
      running += TakeFinished();
      if (running > 0) curl_multi_poll(multi_.get(), nullptr, 0, 1000, nullptr);
    }
  }

 private:
  bool StartNext(Transfer& transfer) {
    if (next_ == urls_.size()) return false;
    transfer.body.clear();
    curl_easy_setopt(transfer.easy.get(), CURLOPT_URL, urls_[next_++].c_str());
    curl_multi_add_handle(multi_.get(), transfer.easy.get());
    return true;
  }

  // Returns how many transfers it started.
  int TakeFinished() {
    int started = 0;
    int more = 0;
    while (const CURLMsg* message = curl_multi_info_read(multi_.get(), &more)) {
      if (message->data.result != CURLE_OK) throw std::runtime_error("a request failed");
      Transfer* transfer = nullptr;
      curl_easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, &transfer);
      curl_multi_remove_handle(multi_.get(), transfer->easy.get());
      look_(parser_.parse(transfer->body));
      started += StartNext(*transfer) ? 1 : 0;
    }
    return started;
  }

  const std::vector<std::string> urls_;
  const Look look_;
  const Headers headers_;
  const Multi multi_{curl_multi_init()};
  std::vector<Transfer> transfers_;
  simdjson::dom::parser parser_;
  std::size_t next_ = 0;
};

std::vector<std::string> ReadLines(const char* path) {
  std::ifstream file(path);
  std::vector<std::string> lines;
  for (std::string line; std::getline(file, line);) lines.push_back(line);
  if (lines.empty()) throw std::runtime_error(std::string(path) + " holds no ID");
  return lines;
}

std::vector<std::string> UrlsOfRefreshes(const std::string& url, std::vector<std::string> ids) {
  for (std::string& id : ids) id.insert(0, url + "/");
  return ids;
}

std::vector<std::string> UrlsOfPages(const std::string& url, std::size_t entries,
                                     std::size_t page) {
  std::vector<std::string> urls;
  for (std::size_t skip = 0; skip < entries; skip += page) {
    urls.push_back(url + "?skip=" + std::to_string(skip) + "&limit=" + std::to_string(page));
  }
  return urls;
}

double CpuSeconds() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  const auto seconds = [](const timeval& time) {
    return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6;
  };
  return seconds(usage.ru_utime) + seconds(usage.ru_stime);
}

void Run(std::span<char*> arguments) {
  const bool reads_list = arguments.size() == 7;
  if (arguments.size() != 6 && !reads_list) {
    throw std::runtime_error("URL IDS_FILE CONNECTIONS POLLS TOKEN [PAGE]");
  }
  std::vector<std::string> ids = ReadLines(arguments[2]);
  const std::size_t polls = std::stoul(arguments[4]);
  const std::size_t refreshes = ids.size() * polls;
  BarePoller poller(reads_list ? UrlsOfPages(arguments[1], ids.size(), std::stoul(arguments[6]))
                               : UrlsOfRefreshes(arguments[1], std::move(ids)),
                    reads_list ? LookAtPage : LookAtRefresh, std::stoul(arguments[3]),
                    arguments[5]);
  poller.Poll();
  const double start = CpuSeconds();
  for (std::size_t poll = 0; poll < polls; ++poll) poller.Poll();
  std::cout << refreshes << ' ' << CpuSeconds() - start << ' ' << start << '\n';
}

}  // namespace

int main(int argc, char** argv) {
  try {
    Run({argv, static_cast<std::size_t>(argc)});
  } catch (const std::exception& error) {
    std::cerr << "bare_poll: " << error.what() << '\n';
    return EXIT_FAILURE;
  }
  return EXIT_SUCCESS;
}
