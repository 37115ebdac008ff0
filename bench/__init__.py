"""recordkit measured beside what people would use instead: `make bench`.

cases, people, station, material            what is printed: generated records, the same texts for all
engines, docxtemplater.js, web, intake.typ  one engine a process, told which document to make
peers, measure, watch, texts                asking in turns, watching a command, telling texts apart
compare, commands, batch, growth, reading   the parts of a run
results, goals, page, plots, machine        what was found: printed, kept, written into docs/
"""
