using Distributed.Engine.Kernels;
using Distributed.Measuring.Products;

namespace Distributed.Measuring.Tests.Products;

public sealed class ProductRunTests
{
    [Theory]
    [InlineData(ProductForm.Forward, "[batch, 5]")]
    [InlineData(ProductForm.InputGradient, "[batch, 21]")]
    [InlineData(ProductForm.WeightGradient, "[21, 5]")]
    public void Product_IsOneOperationOfTheLayersSizes(ProductForm form, string result)
    {
        var size = new ProductSize(37, 21, 5);
        foreach (var path in KernelPaths.All.Where(path => path <= KernelPaths.Best))
        {
            var product = new ProductRun(form, size, path);
            product.Run();
            var only = Assert.Single(product.Plan.Instructions);
            Assert.Equal(result, $"{only.Output.Shape}");
            Assert.Equal(size.Operations, product.Operations);
        }
    }
}
