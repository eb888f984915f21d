"""What Discord refuses: forms are checked here, and their faults collected as its 50035 tells them."""
