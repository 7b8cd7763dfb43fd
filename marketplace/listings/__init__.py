"""What providers offer: the rows of the table `services`."""
