"""Tests against a cluster of real processes: PostgreSQL under Patroni, etcd, HAProxy, two receivers."""
