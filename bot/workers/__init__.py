"""Work that is done in processes of its own, with little memory and time: decoders are written in C and files lie."""
