"""fal: a queue of requests, of which the simulator runs the videos of Pika."""
