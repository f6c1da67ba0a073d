#include "collectors/http/tls_material.h"

#include <gtest/gtest.h>
#include <openssl/err.h>
#include <sys/stat.h>

#include <string>

#include "tests/unit/collectors/http/openssl_folder.h"

namespace cckm {
namespace {

class TlsMaterialTest : public testing::Test {
 protected:
  TlsMaterialTest() {
    ERR_clear_error();  // what an earlier test's connections left to this thread
    folder_.Make("one");
    folder_.Make("two");
  }
  ~TlsMaterialTest() override {
    EXPECT_EQ(ERR_peek_error(), 0UL) << "OpenSSL's queue is not empty";
  }

  // An empty name is no file.
  TlsFiles Files(const std::string& authorities, const std::string& certificate,
                 const std::string& key) const {
    const auto file = [this](const std::string& name) {
      return name.empty() ? std::filesystem::path() : folder_.File(name);
    };
    return {file(authorities), file(certificate), file(key)};
  }

  // "fine", or the objection with the folder's name taken out.
  std::string Judge(const std::string& authorities, const std::string& certificate = "",
                    const std::string& key = "") const {
    const auto material = ReadTlsMaterial(Files(authorities, certificate, key));
    if (material) return "fine";
    EXPECT_EQ(material.error().kind, ErrorKind::kTls);
    std::string message = material.error().message;
    EXPECT_EQ(message.find("BEGIN"), std::string::npos);
    const std::string folder = folder_.path().string() + "/";
    while (message.find(folder) != std::string::npos) {
      message.erase(message.find(folder), folder.size());
    }
    return message;
  }

  std::string Pem(const std::string& name) const { return folder_.Read(name); }

  OpensslFolder folder_;
};

TEST_F(TlsMaterialTest, WithoutFilesThereIsNothing) {
  EXPECT_TRUE(TlsFiles().empty());
  const auto material = ReadTlsMaterial({});
  ASSERT_TRUE(material);
  EXPECT_TRUE((*material)->authorities.empty());
  EXPECT_TRUE((*material)->certificate.empty());
  EXPECT_TRUE((*material)->key.empty());
}

TEST_F(TlsMaterialTest, HoldsTheFilesAsTheyAre) {
  const TlsFiles files = Files("two.pem", "one.pem", "one.key");
  EXPECT_FALSE(files.empty());
  const auto material = ReadTlsMaterial(files);
  ASSERT_TRUE(material) << material.error().message;
  EXPECT_EQ((*material)->authorities, Pem("two.pem"));
  EXPECT_EQ((*material)->certificate, Pem("one.pem"));
  EXPECT_EQ((*material)->key.Reveal(), Pem("one.key"));
}

TEST_F(TlsMaterialTest, TakesSeveralCertificatesWithTextAroundThem) {
  folder_.Replace(
      "many", "# Our authorities\n" + Pem("one.pem") + "\nand\r\n" + Pem("two.pem") + "the end");
  EXPECT_EQ(Judge("many"), "fine");
  folder_.Replace("chain", Pem("one.pem") + Pem("two.pem"));
  EXPECT_EQ(Judge("", "chain", "one.key"), "fine");
  folder_.Replace("both", Pem("one.key") + Pem("one.pem"));
  EXPECT_EQ(Judge("", "both", "both"), "fine");
}

TEST_F(TlsMaterialTest, TheKeyBelongsToTheFirstCertificateOfAChain) {
  folder_.Replace("chain", Pem("two.pem") + Pem("one.pem"));
  EXPECT_EQ(Judge("", "chain", "one.key"),
            "key_file one.key does not belong to the first certificate of cert_file");
  EXPECT_EQ(Judge("", "one.pem", "two.key"),
            "key_file two.key does not belong to the first certificate of cert_file");
}

TEST_F(TlsMaterialTest, RefusesWhatIsNoCertificate) {
  folder_.Run("x509 -in one.pem -outform DER -out der");
  const std::string pem = Pem("one.pem");
  const struct {
    std::string name;
    std::string content;
  } cases[] = {{"empty", ""},
               {"blank", "\n\n \n"},
               {"garbage", "garbage"},
               {"zeros", std::string(5000, '\0')},
               {"der copy", Pem("der")},
               {"cut", pem.substr(0, pem.size() / 2)},
               {"without its end", pem.substr(0, pem.rfind("-----END"))},
               {"second one cut", pem + pem.substr(0, pem.size() / 2)},
               {"second one broken", pem + "-----BEGIN CERTIFICATE-----\nAAAA\n"
                                           "-----END CERTIFICATE-----\n"},
               {"no base64", "-----BEGIN CERTIFICATE-----\n!!!!\n-----END CERTIFICATE-----\n"},
               {"frame only", "-----BEGIN CERTIFICATE-----\n-----END CERTIFICATE-----\n"}};
  for (const auto& c : cases) {
    folder_.Replace(c.name, c.content);
    const std::string objection =
        c.name + " must hold certificates in PEM form, and nothing broken";
    EXPECT_EQ(Judge(c.name), "ca_file " + objection);
    EXPECT_EQ(Judge("", c.name, "one.key"), "cert_file " + objection);
  }
}

TEST_F(TlsMaterialTest, SaysWhereAKeyAndACertificateWereMixedUp) {
  EXPECT_EQ(Judge("one.key"),
            "ca_file one.key holds a private key; it must hold certificates in PEM form");
  EXPECT_EQ(Judge("", "one.key", "one.pem"),
            "cert_file one.key holds a private key; it must hold certificates in PEM form");
  EXPECT_EQ(Judge("", "one.pem", "one.pem"),
            "key_file one.pem holds a certificate; it must hold the private key of cert_file");
}

TEST_F(TlsMaterialTest, RefusesWhatIsNoKeyOrNeedsAPassphrase) {
  folder_.Run("pkey -in one.key -aes128 -passout pass:canary -out pkcs8");
  folder_.Run("ec -in one.key -aes128 -passout pass:canary -out traditional");
  folder_.Run("pkey -in one.key -pubout -out public");
  folder_.Run("pkey -in one.key -outform DER -out der");
  folder_.Replace("empty", "");
  folder_.Replace("garbage", "canary");
  folder_.Replace("cut", Pem("one.key").substr(0, 100));
  for (const char* name : {"pkcs8", "traditional", "public", "der", "empty", "garbage", "cut"}) {
    EXPECT_EQ(Judge("", "one.pem", name),
              "key_file " + std::string(name) +
                  " must hold a private key in PEM form, without passphrase");
  }
}

TEST_F(TlsMaterialTest, TakesKeysOfEveryUsualForm) {
  folder_.Run("ec -in one.key -out traditional");
  folder_.Replace("with parameters",
                  "-----BEGIN EC PARAMETERS-----\nBggqhkjOPQMBBw==\n"
                  "-----END EC PARAMETERS-----\n" +
                      Pem("traditional"));
  EXPECT_EQ(Judge("", "one.pem", "traditional"), "fine");
  EXPECT_EQ(Judge("", "one.pem", "with parameters"), "fine");
  folder_.Run(
      "req -x509 -newkey rsa:2048 -nodes -days 1 -subj /CN=rsa -keyout rsa.key -out rsa.pem");
  folder_.Run("rsa -in rsa.key -traditional -out rsa.pkcs1");
  EXPECT_EQ(Judge("", "rsa.pem", "rsa.key"), "fine");
  EXPECT_EQ(Judge("", "rsa.pem", "rsa.pkcs1"), "fine");
  EXPECT_EQ(Judge("", "one.pem", "rsa.key"),
            "key_file rsa.key does not belong to the first certificate of cert_file");
}

TEST_F(TlsMaterialTest, OnlyTheKeyIsASecret) {
  for (const char* name : {"one.pem", "two.pem", "one.key"}) {
    std::filesystem::permissions(folder_.File(name), std::filesystem::perms(0644));
  }
  EXPECT_EQ(Judge("two.pem"), "fine");
  EXPECT_EQ(Judge("two.pem", "one.pem", "one.key"),
            "key_file one.key is open to everybody on this host: run chmod o-rwx one.key");
  std::filesystem::permissions(folder_.File("one.key"), std::filesystem::perms(0640));
  EXPECT_EQ(Judge("two.pem", "one.pem", "one.key"), "fine");
}

TEST_F(TlsMaterialTest, RefusesWhatIsNoFileWithoutWaiting) {
  ASSERT_EQ(::mkfifo(folder_.File("fifo").c_str(), 0600), 0);
  std::filesystem::create_directory(folder_.File("folder"));
  for (const std::string name : {"fifo", "folder"}) {
    EXPECT_EQ(Judge(name), "ca_file " + name + " is not a regular file");
    EXPECT_EQ(Judge("", name, "one.key"), "cert_file " + name + " is not a regular file");
    EXPECT_EQ(Judge("", "one.pem", name), "key_file " + name + " is not a regular file");
  }
  EXPECT_EQ(Judge("none"), "ca_file none cannot be opened: No such file or directory");
}

TEST_F(TlsMaterialTest, RefusesAFileOfMoreThanFourMebibytes) {
  folder_.Replace("long", Pem("one.pem") + std::string(std::size_t{4} << 20U, '\n'));
  EXPECT_EQ(Judge("long"), "ca_file long is longer than 4096 KiB");
}

TEST_F(TlsMaterialTest, IsTheSameOnlyIfEveryPartIs) {
  const auto read = [this](const std::string& authorities, const std::string& certificate,
                           const std::string& key) {
    return *ReadTlsMaterial(Files(authorities, certificate, key));
  };
  folder_.Run("ec -in one.key -out traditional");
  folder_.Replace("chain", Pem("one.pem") + Pem("two.pem"));
  const auto material = read("one.pem", "one.pem", "one.key");
  EXPECT_EQ(*material, *read("one.pem", "one.pem", "one.key"));
  EXPECT_NE(*material, *read("two.pem", "one.pem", "one.key"));
  EXPECT_NE(*material, *read("one.pem", "chain", "one.key"));
  EXPECT_NE(*material, *read("one.pem", "one.pem", "traditional"));
  EXPECT_NE(*material, *read("one.pem", "", ""));
}

}  // namespace
}  // namespace cckm
