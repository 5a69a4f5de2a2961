using Distributed.Coordinator;
using Distributed.Engine.Data;
using Distributed.Engine.Jobs;
using Distributed.Training;

var job = new Job { Epochs = int.Parse(args[1]), BatchSize = args.Length > 3 ? int.Parse(args[3]) : 256, Model = args.Length > 2 ? args[2] : "mlp:512,512" };
var clock = System.Diagnostics.Stopwatch.StartNew();
var data = DataCatalog.Load(job.DataOptions);
Console.WriteLine($"data {clock.Elapsed}");
var trainer = new Trainer(job, data, int.Parse(args[0]));
var end = await trainer.RunAsync(JobCursor.Start, new MemoryJobStore(trainer.State), e => { if (e is not StepsCommitted) { Console.WriteLine(e); } else { } });
Console.WriteLine(end);
return 0;
