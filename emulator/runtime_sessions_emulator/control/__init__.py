"""What no real service offers: its time, its faults and its log in the hands of a test."""
