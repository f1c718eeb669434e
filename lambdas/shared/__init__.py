"""What every function uses: AWS and others over HTTPS, its environment, log, deadline, errors."""
