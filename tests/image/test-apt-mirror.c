/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#include "cloche-apt-mirror.h"
#include "cloche-image-error.h"

#include <glib/gstdio.h>
#include <string.h>

static void
test_list (void)
{
  g_autoptr (ClocheAptMirror) mirror = cloche_apt_mirror_new (NULL, NULL);

  cloche_apt_mirror_scan_list (mirror,
                               "# deb http://commented.example/debian bookworm main\n"
                               "deb-src http://source.example/debian bookworm main\n"
                               "deb https://other.example/apt bookworm main\n"
                               "deb https://docker.example/linux/debian bookworm stable\n"
                               "deb http://user:secret@private.example/debian bookworm main\n"
                               "deb cdrom:[Debian]/debian bookworm main\n"
                               "  deb [arch=amd64 signed-by=/k.gpg] http://near.example/debian/ bookworm contrib main # ours\n"
                               "deb http://near.example/debian bookworm-updates main\n"
                               "deb http://near.example/debian-security bookworm-security main\n");
  g_assert_cmpstr (mirror->archive, ==, "http://near.example/debian");
  g_assert_cmpstr (mirror->security, ==, "http://near.example/debian-security");
}

static void
test_deb822 (void)
{
  g_autoptr (ClocheAptMirror) mirror = cloche_apt_mirror_new (NULL, NULL);

  cloche_apt_mirror_scan_deb822 (mirror,
                                 "Types: deb\nURIs: http://off.example/debian\nSuites: trixie\n"
                                 "Components: main\nEnabled: no\n"
                                 "\n"
                                 "types: deb-src deb\n# a comment\n"
                                 "URIs:\n http://first.example/apt\n http://second.example/debian/\n"
                                 "Suites: trixie\n trixie-updates\nComponents: main contrib\n"
                                 "  \n"
                                 "Types: deb\nURIs: https://second.example/debian-security\n"
                                 "Suites: trixie-security\nComponents: main\n");
  g_assert_cmpstr (mirror->archive, ==, "http://second.example/debian");
  g_assert_cmpstr (mirror->security, ==, "https://second.example/debian-security");
}

static void
test_from_host (void)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *folder = g_dir_make_tmp ("cloche-test-XXXXXX", NULL);
  g_autofree char *parts = g_build_filename (folder, "sources.list.d", NULL);
  g_autofree char *file = g_build_filename (parts, "debian.sources", NULL);
  g_autofree char *ignored = g_build_filename (parts, "debian.sources.bak", NULL);
  g_autoptr (ClocheAptMirror) mirror = NULL;

  g_assert_null (cloche_apt_mirror_from_host (folder, &error));
  g_assert_error (error, CLOCHE_IMAGE_ERROR, CLOCHE_IMAGE_ERROR_NO_MIRROR);

  g_assert_cmpint (g_mkdir (parts, 0700), ==, 0);
  g_assert_true (g_file_set_contents (ignored, "Types: deb\nURIs: http://old.example/debian\n"
                                      "Suites: trixie\nComponents: main\n", -1, NULL));
  g_assert_true (g_file_set_contents (file, "Types: deb\nURIs: http://new.example/debian\n"
                                      "Suites: trixie\nComponents: main\n", -1, NULL));
  mirror = cloche_apt_mirror_from_host (folder, NULL);
  g_assert_cmpstr (mirror->archive, ==, "http://new.example/debian");
  g_assert_null (mirror->security);

  g_assert_cmpint (g_remove (file) | g_remove (ignored) | g_rmdir (parts) | g_rmdir (folder), ==, 0);
}

static void
test_check_uri (void)
{
  static const char *const BAD[] = {
    "", "debian", "ftp://mirror.example/debian", "http:///debian", "http://u:p@mirror.example/debian",
    "http://mirror.example/debian trixie", "http://mirror.example/\ndeb x", "file:///debian",
  };

  g_assert_true (cloche_apt_mirror_check_uri ("http://mirror.example:8080/debian", NULL));
  for (gsize i = 0; i < G_N_ELEMENTS (BAD); i++) {
    g_autoptr (GError) error = NULL;

    g_assert_false (cloche_apt_mirror_check_uri (BAD[i], &error));
    g_assert_error (error, CLOCHE_IMAGE_ERROR, CLOCHE_IMAGE_ERROR_NO_MIRROR);
    g_assert_null (strstr (error->message, "u:p"));
  }
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/image/apt-mirror/list", test_list);
  g_test_add_func ("/image/apt-mirror/deb822", test_deb822);
  g_test_add_func ("/image/apt-mirror/from-host", test_from_host);
  g_test_add_func ("/image/apt-mirror/check-uri", test_check_uri);

  return g_test_run ();
}
