"""Several app servers on one machine behind one address: `balancer` writes what nginx goes by, `fleet` keeps the processes alive."""
