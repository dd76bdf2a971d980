#!/usr/bin/perl
# oracle.pl RULES SITE: what SpamAssassin finds, through its public interface, without network tests. Reads a path a line, writes a
# line of JSON for each: the score, the rules that hit with their points, the sub-rules with how often they hit.
use strict;
use warnings;
use JSON::PP;
use Mail::SpamAssassin;

my ($rules, $site) = @ARGV;
my $assassin = Mail::SpamAssassin->new({
  rules_filename => $rules,
  site_rules_filename => $site,
  local_tests_only => 1,
  dont_copy_prefs => 1,
  userprefs_filename => '/nonexistent',
});
$assassin->init(0);
my $json = JSON::PP->new->canonical->ascii;
$| = 1;
print $json->encode({ version => Mail::SpamAssassin::Version() }), "\n";

while (my $path = <STDIN>) {
  chomp $path;
  open my $file, '<:raw', $path or die "$path: $!";
  my $text = do { local $/; <$file> };
  close $file;
  my %found = (path => $path);
  eval {
    local $SIG{ALRM} = sub { die "too long\n" };
    alarm 60;
    my $mail = $assassin->parse($text);
    my $status = $assassin->check($mail);
    my %hits = map { my ($name, $points) = split /=/; ($name => 0 + $points) }
      grep { /=/ } split /,/, $status->get_tag('TESTSSCORES', ',');
    my %sub;
    for my $one (split /,/, $status->get_names_of_subtests_hit()) {
      next unless $one =~ /^(\w+)(?:\((\d+)\))?$/;
      $sub{$1} += $2 // 1;
    }
    %found = (%found, score => 0 + $status->get_score(), required => 0 + $status->get_required_score(), hits => \%hits, sub => \%sub);
    $status->finish();
    $mail->finish();
    alarm 0;
    1;
  } or do { alarm 0; $found{error} = "$@" };
  print $json->encode(\%found), "\n";
}
