"""`make bench`: how fast and how large Pocketid is, beside bare Bottle and another provider, in one run.

    __main__       what is measured, in order; `--quick`, `--long`
    workloads      the requests of each workload and what a right answer looks like
    load           a load generator in a process of its own
    rounds         A B A B ...: medians, spread, ratios
    sign_in        a whole sign-in, and what its cryptography and its SQL cost alone
    installation   databases with people, sessions, codes and tokens in them, made by installation.sql
    footprint      memory, start-up, bytes of the sign-in page, headers
    hello, peer    the two servers beside ours: bare Bottle on Cheroot, npm oidc-provider over PostgreSQL
    report         the table and bench.json

Only ratios inside one run count: machines differ, and the same machine differs from hour to hour. Nothing
here fails because it is slow; a wrong answer ends the run, since wrong answers are not fast.
"""
